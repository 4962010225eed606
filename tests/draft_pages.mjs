// Pages of a form with the real draft_saving.js, driven by lines of JSON: see test_draft_saving.py.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

// By its text: Node takes a file ".js" without a package.json for no module.
const source = readFileSync(process.argv[2], "utf8");
const { begin, DraftSaving, isSame } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const pages = new Map();

// As server_draft.js makes it of the fields.
function textOf(page) {
  const isUnchanged = page.from !== null && isSame([page.value], page.from);
  return !page.isFromDraft && isUnchanged ? "" : page.value;
}

const acts = {
  // The browser loads a page; the answer is what its field contains then.
  open({ id, writer, fields, stored }) {
    const page = begin(fields, stored);
    page.value = page.to[0];
    const isUnchanged = page.from !== null && isSame([page.value], page.from);
    page.saving = new DraftSaving({
      writer,
      text: textOf(page),
      isSaved: isUnchanged,
      seen: page.seen,
      random: () => 0,
    });
    pages.set(id, page);
    return { value: page.value, from: page.from, isFromDraft: page.isFromDraft };
  },
  type({ id, value, now }) {
    const page = pages.get(id);
    page.value = value;
    page.saving.type(textOf(page), now);
  },
  tick({ id, now }) {
    return pages.get(id).saving.tick(now);
  },
  leave({ id, now }) {
    return pages.get(id).saving.leave(now);
  },
  answer({ id, number, outcome, now, retryAfter }) {
    pages.get(id).saving.answer(number, outcome, now, retryAfter);
  },
  stop({ id }) {
    pages.get(id).saving.stop();
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const act = JSON.parse(line);
  const result = acts[act.act](act) ?? null;
  const { saving } = pages.get(act.id);
  const { text, status, isSaved, wakesAt, seen } = saving;
  const state = { text, status, isSaved, wakesAt: wakesAt === Infinity ? null : wakesAt, seen };
  process.stdout.write(`${JSON.stringify({ result, state })}\n`);
});
