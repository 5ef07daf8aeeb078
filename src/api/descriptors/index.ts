export { associate, createWithFiles, createXMLWithFiles, monitorCommand } from "./calls.js";
export { type OpenGraphicsArgs, openGraphics, openGraphicsFD } from "./graphics.js";
