// What makes the pages more pleasant; each of them works without it.
import { announceMessages } from "./announcement.js";
import { foldMenus } from "./menu.js";
import { openDialogs } from "./dialog.js";
import { openEditors } from "./editor.js";
import { keepDrafts } from "./draft.js";
import { showPasswords } from "./password.js";
import { usePasskeys } from "./passkey.js";
import { copyTexts } from "./copy.js";
import { addCopyButtons } from "./code.js";
import { showSimilar } from "./similar.js";
import { actInPlace } from "./in_place.js";
import { listenToKeys } from "./shortcuts.js";
import { sendOnce } from "./sending.js";

const improvements = [
  foldMenus,
  openDialogs,
  keepDrafts,
  openEditors,
  showPasswords,
  usePasskeys,
  copyTexts,
  addCopyButtons,
  showSimilar,
  actInPlace,
  listenToKeys,
  sendOnce,
  announceMessages,
];

for (const improve of improvements) {
  try {
    improve();
  } catch (error) {
    // The others start all the same, such as where the browser stores nothing.
    reportError(error);
  }
}
