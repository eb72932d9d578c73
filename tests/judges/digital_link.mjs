// In: [link]. Out: for each "" if bwip-js takes it for a GS1 Digital Link, otherwise its complaint.
import bwipjs from "bwip-js";
import { judge } from "./judge.mjs";

const complaint = (link) => {
  try {
    bwipjs.raw({ bcid: "gs1dlqrcode", text: link });
    return "";
  } catch (error) {
    return String(error.message ?? error);
  }
};

await judge((links) => links.map(complaint));
