// What the tools of the editor, and some keys, do to a text. Each takes the text and its selection,
// and says what to put in place of which part of it, and what is selected afterwards.

export const tools = {
  bold: (text, start, end) => wrap(text, start, end, "**"),
  italic: (text, start, end) => wrap(text, start, end, "*"),
  link,
  code,
  quote: (text, start, end) => markLines(text, start, end, /^> ?/, () => "> "),
  bullets: (text, start, end) => markLines(text, start, end, /^[-*+] /, () => "- "),
  numbers: (text, start, end) => markLines(text, start, end, /^\d+\. /, (index) => `${index + 1}. `),
};

const ANY_LIST = /^(?:[-*+]|\d+\.) /;

// Marks before and after the selection, or takes those away that are there.
function wrap(text, start, end, mark) {
  const size = mark.length;
  const selected = text.slice(start, end);
  if (hasMark(text.slice(0, start), text.slice(end), mark)) {
    return {
      from: start - size,
      to: end + size,
      text: selected,
      selectFrom: start - size,
      selectTo: end - size,
    };
  }
  // Spaces at an end of the selection stay outside, where they have to be.
  const inner = selected.trim();
  const before = selected.slice(0, selected.indexOf(inner));
  const after = selected.slice(before.length + inner.length);
  const selectFrom = start + before.length + size;
  return {
    from: start,
    to: end,
    text: before + mark + inner + mark + after,
    selectFrom,
    selectTo: selectFrom + inner.length,
  };
}

function hasMark(before, after, mark) {
  const character = mark[0];
  const run = Math.min(
    before.length - before.replace(new RegExp(`\\${character}+$`), "").length,
    after.length - after.replace(new RegExp(`^\\${character}+`), "").length,
  );
  // Two of them are bold, and no italic around nothing; three are both.
  return run === 3 || run === mark.length;
}

function link(text, start, end) {
  const selected = text.slice(start, end);
  if (/^https?:\/\/\S+$/.test(selected)) {
    return { from: start, to: end, text: `[](${selected})`, selectFrom: start + 1, selectTo: start + 1 };
  }
  const address = "https://";
  const addressStart = start + selected.length + 3;
  const inserted = { from: start, to: end, text: `[${selected}](${address})` };
  // What is still to be typed is selected: the words of the link, or its address.
  return selected
    ? { ...inserted, selectFrom: addressStart, selectTo: addressStart + address.length }
    : { ...inserted, selectFrom: start + 1, selectTo: start + 1 };
}

function code(text, start, end) {
  const selected = text.slice(start, end);
  if (selected.includes("\n")) {
    return block(text, start, end);
  }
  const fence = "`".repeat(longestRun(selected) + 1);
  if (fence.length === 1) {
    return wrap(text, start, end, fence);
  }
  const space = " ";
  const selectFrom = start + fence.length + 1;
  return {
    from: start,
    to: end,
    text: fence + space + selected + space + fence,
    selectFrom,
    selectTo: selectFrom + selected.length,
  };
}

function block(text, start, end) {
  const [from, to] = wholeLines(text, start, end);
  const lines = text.slice(from, to);
  const fence = "`".repeat(Math.max(3, longestRun(lines) + 1));
  const [before, after] = emptyLines(text, from, to);
  const selectFrom = from + before.length + fence.length + 1;
  return {
    from,
    to,
    text: `${before}${fence}\n${lines}\n${fence}${after}`,
    selectFrom,
    selectTo: selectFrom + lines.length,
  };
}

function longestRun(text) {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

// Puts a mark at the beginning of each line, or takes it away where each has one.
function markLines(text, start, end, pattern, mark) {
  const [from, to] = wholeLines(text, start, end);
  const lines = text.slice(from, to).split("\n");
  const isMarked = lines.every((line) => pattern.test(line));
  const isList = !pattern.test("> ");
  let number = 0;
  const changed = lines.map((line) => {
    if (isMarked) {
      return line.replace(pattern, "");
    }
    if (isList && lines.length > 1 && !line.trim()) {
      return line;
    }
    // One kind of list becomes the other.
    return mark(number++) + (isList ? line.replace(ANY_LIST, "") : line);
  });
  const [before, after] = isMarked ? ["", ""] : emptyLines(text, from, to, pattern);
  const body = changed.join("\n");
  const last = from + before.length + body.length;
  // Without a selection the writing goes on at the end of the line.
  const selectFrom = start === end ? last : from + before.length;
  return { from, to, text: before + body + after, selectFrom, selectTo: last };
}

function wholeLines(text, start, end) {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  // A selection that ends at the beginning of a line does not mean that line.
  const last = end > start && text[end - 1] === "\n" ? end - 1 : end;
  const next = text.indexOf("\n", last);
  return [from, next === -1 ? text.length : next];
}

// Empty lines, where there are none yet, keep what is around a block out of it.
function emptyLines(text, from, to, pattern) {
  const above = text.slice(0, from).split("\n").at(-2) ?? "";
  const below = text.slice(to + 1).split("\n")[0];
  const needs = (line) => line.trim() !== "" && !pattern?.test(line);
  return [needs(above) ? "\n" : "", needs(below) ? "\n" : ""];
}

const LIST_ITEM = /^( *)(?:([-*+])|(\d{1,9})([.)]))( +)/;

// What Enter does within a list: goes on with it, and on an item without words ends it. Elsewhere
// it is the key that it always is, and there is nothing to be changed.
export function continueList(text, start, end) {
  const [from, to] = wholeLines(text, start, end);
  const line = text.slice(from, to);
  const [mark, indent, bullet, number, point, space] = LIST_ITEM.exec(line) ?? [];
  if (start !== end || !mark || start < from + mark.length || isInBlock(text.slice(0, from))) {
    return null;
  }
  if (line.trimEnd().length < mark.length) {
    return { from, to, text: "", selectFrom: from, selectTo: from };
  }
  const added = `\n${indent}${bullet ?? Number(number) + 1 + point}${space}`;
  const last = start + added.length;
  return { from: start, to: start, text: added, selectFrom: last, selectTo: last };
}

// What becomes of a selection over which an address is pasted: a link. Where that is not what is
// meant, such as over another address, there is nothing to be changed.
export function linkTo(address, text, start, end) {
  const selected = text.slice(start, end);
  const before = text.slice(0, start);
  if (
    !/^https?:\/\/[^\s<>]+$/.test(address) ||
    !selected.trim() ||
    selected.includes("\n") ||
    /^https?:\/\/\S*$/.test(selected) ||
    before.endsWith("](") ||
    isInBlock(before)
  ) {
    return null;
  }
  const target = /[()]/.test(address) ? `<${address}>` : address;
  const made = `[${selected}](${target})`;
  const last = start + made.length;
  return { from: start, to: end, text: made, selectFrom: last, selectTo: last };
}

// Whether what comes next is within a block of code.
function isInBlock(before) {
  let open = "";
  for (const line of before.split("\n")) {
    const [, fence] = /^\s*(`{3,}|~{3,})/.exec(line) ?? [];
    if (!open) {
      open = fence ?? "";
    } else if (fence?.startsWith(open)) {
      open = "";
    }
  }
  return open !== "";
}
