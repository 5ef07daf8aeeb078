// go-libvirt as a peer: does what a line on standard input says, and prints what it took.
//
// Arguments: the socket, the hypervisor's URI there, and a domain's name. Lines: {"what": ..., "count": ...,
// "inFlight": ...}; answers: {"wallMs": ..., "cpuMs": ...}
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	libvirt "github.com/digitalocean/go-libvirt"
	"github.com/digitalocean/go-libvirt/socket/dialers"
)

type task struct {
	What     string `json:"what"`
	Count    int    `json:"count"`
	InFlight int    `json:"inFlight"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func cpu() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	conn := libvirt.NewWithDialer(dialers.NewLocal(dialers.WithSocket(os.Args[1])))
	check(conn.ConnectToURI(libvirt.ConnectURI(os.Args[2])))
	var domain libvirt.Domain
	if len(os.Args) > 3 {
		var err error
		domain, err = conn.DomainLookupByName(os.Args[3])
		check(err)
	}
	work := map[string]func() error{
		"version": func() error { _, err := conn.ConnectGetLibVersion(); return err },
		"info":    func() error { _, _, _, _, _, err := conn.DomainGetInfo(domain); return err },
		"xml":     func() error { _, err := conn.DomainGetXMLDesc(domain, 0); return err },
		"list":    func() error { _, _, err := conn.ConnectListAllDomains(1, 0); return err },
		"stats":   func() error { _, err := conn.ConnectGetAllDomainStats(nil, 0, 0); return err },
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var next task
		check(json.Unmarshal(lines.Bytes(), &next))
		call := work[next.What]
		used, began := cpu(), time.Now()
		var all sync.WaitGroup
		for i := 0; i < next.InFlight; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				for n := 0; n < next.Count/next.InFlight; n++ {
					check(call())
				}
			}()
		}
		all.Wait()
		wall := time.Since(began)
		fmt.Printf("{\"wallMs\": %f, \"cpuMs\": %f}\n", wall.Seconds()*1000, (cpu()-used).Seconds()*1000)
	}
}
