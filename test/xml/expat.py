"""Canonical forms of XML documents: a JSON array of texts on stdin, one of canonical texts, or errors, on stdout."""
import json
import sys
import xml.etree.ElementTree as ElementTree


def canonical(text):
    try:
        return {"text": ElementTree.canonicalize(text, with_comments=True)}
    except (ElementTree.ParseError, ValueError) as error:
        return {"error": str(error)}


json.dump([canonical(text) for text in json.load(sys.stdin)], sys.stdout)
