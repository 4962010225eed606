"""How long does the worst body take?  ``python bench/rendering.py [--growth] [--fuzz SECONDS]``

Renders texts of 30,000 characters that are made to be slow and prints the slowest twenty of them,
sorted by CPU time: seconds, how many times as long as the text the HTML is, and the name.  The
worst case stands in the last line.  Exit status 1 if any text takes a second or more.

With ``--growth`` it renders half of each text too, and prints how often the time of that the whole
takes (2 is linear, 4 quadratic).

With ``--fuzz`` it then searches for slower ones: every pattern of one or two pieces of Markdown
repeated, then random patterns of three to six pieces behind a random beginning, until the seconds
are over.  An exception counts as a find, too.
"""

import argparse
import gc
import itertools
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from qaboard.markup import normalise, render
from qaboard.markup.highlighting import LANGUAGES

LENGTH = 30_000
LIMIT = 1.0
SHOWN_COUNT = 20

# Repeated to the full length.
PATTERNS = [
    # Known to be quadratic or worse in Python-Markdown.
    "[", "[a", "![", "[ a_", "[ (](", "[a](<b", "[a](b", "![a](", "<a ", "[[a]", "]", "[]", "[](",
    # Brackets, addresses, titles.
    "[a](b)", "![a](b)", "[a](/b)", "![a](/b)", "[a]()", '[a](b "', "[a](b 'c", "[a](b (c",
    "[a](b \"c')",
    "[a](((((((((", "[a](b\\", "[a][", "[a][b]", "[a]: b\n", "[a]: <b\n", "[a]: b 'c\n", "[a]\n: ",
    "[a]: b\n\"c\n", "![a](/b ![", "[![a](/b)](c)", "](", "a](b)", "*[a](b)*", "[*a](b)*",
    "[`a](b)`",
    # Emphasis.
    "*", "**", "*a", "*a ", "*a*", "**a**", "*a **b ", "a**b*", "_", "_*", "_a*b", "*_~~", "~~",
    "~~a~~",
    "~a", "***a** b*", "_a __b ", "a*_", "*a_ ", "**a*", "** a", "**a** *b ", "2*3*4", "***a***",
    "~~*a~~",
    "**\"가\"**는 ", "*가_", "_가_는",
    # Code and escapes.
    "`", "`a", "`` `", "`a``", "\\", "\\\\`", "\\`", "\\[", "\\\n", "  \n", "a  \n", "&", "&#",
    "&#x", "&amp;",
    "&a;", "&#1;", "&notit;", "&CounterClockwiseContourIntegral;", "&quot;", '"',
    # Addresses.
    "<", "<http://", "<http://a>", "<a@b", "<a@b.c>", "<a@b.", "<mailto:", "http://", "http://a",
    "http://a ",
    "https://a)", "https://a.", "http://a가", "http://가/", "h", "http", "https://a*",
    "http://a/(", "https://a&lt;",
    "http://a/가에서 ",
    # Raw HTML, which is text.
    "<a>", "</a>", "<!--", "<!-- -->", "<script>", "<div>\n", "<a b='", "<![CDATA[", "<?",
    "<svg><math>",
    # Blocks.
    ">", "> ", ">\n", "> a\n", "> > a\n", ">a\n\n", "> a\nb\n", ">>>>>>>>a\n\n", ">>>>>>>>\n\n",
    "- ", "-\n",
    "- a\n", "- a\n\n", "- - a\n", "* ", "* a\n  * b\n", "+ a\n> b\n", "1. ", "1. a\n", "2. ",
    "2) a\n1. b\n",
    "-\n\n", "- > ", "> - ", "- 1. > ", "#", "# ", "# a\n", "#\n", "###### a #\n", "a\n=\n",
    "a\n-\n", "=\n", "-",
    "* * ", "* * * *\n", "---\n", "***\n", "- - -\n", "_ ", "```\n", "```", "~~~\n", "~~~~",
    "```a\n```\n", "    a\n",
    "    a\n\n", "     \n", "- ```\n", "> ```\n", "a\n```\n", "\n", " \n", "\n\n\na", " ", "\t",
    "\ta\n", "- \ta\n",
    "a\n\t", "        - a\n",
    # Tables.
    "|", "| ", "|a", "|-", "|-|\n", "|a|\n|-|\n", "|a|b|\n|-|-|\n|c|\n", "a|b\n-|-\n", "\\|",
    "|`", ":-|", "|a|\n",
    "| a\n|:-:\n",
    # Characters.
    "a", "가", "가 ", "😀", "e\u0301", "\u0301", "\u0301\u0323", "\u200d", "\u3000", "\x00",
    "\x02", "\x03", "\ud800",
    "\r\n", "\r", "\x0b", "\u2028", "\x02klzzwxh:0000\x03", "wzxhzdk:0", "\x02amp\x03", "\ufb2c",
    "\u1100",
    # Found by --fuzz.
    "*가*", "&amp;*", "\\**", "a\\\n", "[\\", "`a`", "*`a`*", "|*", "[a]:b\n\n", "-\n\n\n",
    "1)\n", "|a|\n\n",
]  # fmt: skip

# Repeated inside a fence, for each language; the first few are bad for many lexers.
CODE_PATTERNS = [
    "\n ", "/*", "//", '\\"', "'", '"', "a.", "a", "_", "&", "{", "(", "<", "1", "$", "@", "\\",
    "`", "#{", "<<E\n",
    "a<", "a ", ": ", "\n\n  ", "}/*", "+1", "<!--", "?", "[[", "a(", "-\n", "r#\"", "\t", "if ",
]  # fmt: skip

# What the fuzzer puts together.
PIECES = [
    "[", "]", "![", "(", ")", "](", "][", "]:", "<", ">", "<a", "http://", "https://a", "@", "*",
    "**", "***", "_",
    "__", "~", "~~", "`", "``", "```", "~~~", "\\", "&", "&#", "&amp;", ";", "#", "-", "--",
    "---", "=", "+", "1.",
    "1)", "|", "|-|", ":", "\n", "\n\n", " ", "  ", "    ", "\t", "  \n", "\n    ", "\n> ",
    "\n- ", "a", "b c", "가",
    "가에서", '"', "'", "!", ".", ",", "1", "/", "\x02", "\u0301", "😀", "\u3000", "{", "}", "%",
]  # fmt: skip


def repeated(pattern: str, length: int = LENGTH, prefix: str = "", suffix: str = "") -> str:
    """Return `prefix`, as many patterns as fit, and `suffix`; `length` characters in all."""
    room = length - len(prefix) - len(suffix)
    return prefix + (pattern * (room // len(pattern) + 1))[:room] + suffix


def composed(length: int) -> Iterator[tuple[str, str]]:
    """Yield name and text of the cases that are not a repeated pattern."""
    half = length // 2
    third = length // 3

    def case(name: str, text: str) -> tuple[str, str]:
        return name, text[:length]

    yield case("nested brackets", "[" * half + "]" * half)
    yield case("nested links", "[" * third + "](b)" * third)
    yield case("nested images", "![" * (length // 6) + "a" + "](/b)" * (length // 6))
    yield case("open images, then links", "![" * (half // 2) + "[a](b)" * (half // 6))
    yield case("open brackets, then links", "[" * half + "[a](b)" * (half // 6))
    yield case("emphasis opened, then closed", "*a " * (length // 6) + "a* " * (length // 6))
    yield case("two kinds opened, one closed", "*a _b " * (length // 12) + "b_ " * (length // 6))
    yield case("one long run each side", "*" * half + "a" + "*" * half)
    yield case("long words in emphasis", ("*" + "a" * 150) * (length // 151))
    widths = itertools.chain.from_iterable(itertools.repeat(range(1, 245)))
    yield case(
        "backticks of every length",
        " ".join("`" * width for _, width in zip(range(240), widths, strict=False)),
    )
    yield case("one definition, many uses", "[a]: b\n\n" + "[a] " * (length // 4))
    yield case("long definition, many uses", f"[a]: /{'b' * 1900}\n\n" + "[a] " * (length // 4))
    yield case("long title, many uses", f"[a]: b '{'&' * half}'\n\n" + "[a] " * (length // 4))
    yield case(
        "many definitions, many uses",
        "".join(f"[{n}]: {n}\n" for n in range(length // 24))
        + "\n"
        + "".join(f"[{n}] " for n in range(length // 14)),
    )
    yield case("long label", "[" + "a" * half + "]: b\n\n[" + "a" * half + "]")
    yield case("labels of 999", ("[" + "a" * 997 + "]") * (length // 999))
    yield case("list indented 500 deep", "\n".join(" " * (2 * n) + "- a" for n in range(500)))
    yield case("list indented by four", "\n".join(" " * (4 * n) + "- a" for n in range(500)))
    yield case("deep list, then blank lines", "- " * 10 + "a" + "\n" * length)
    yield case("deep list, then indented lines", "- " * 10 + "a" + ("\n" + " " * 16 + "b") * length)
    yield case("deep quote, then lazy lines", "> " * 10 + "a" + "\nb" * length)
    yield case("deep quotes, each line", (">" * 8 + "a\n\n") * length)
    yield case(
        "wide table of short rows", "|" + "a|" * 3000 + "\n|" + "-|" * 3000 + "\n|" + "\n|" * length
    )
    yield case("table of empty cells", "|:-:" * 1000 + "|\n" + "|:-:" * 1000 + "|\n" + "|" * length)
    yield case(
        "table of letters", "|a" * 1000 + "|\n" + "|:-:" * 1000 + "|\n" + ("a|" * 999 + "\n") * 20
    )
    yield case(
        "table of pipes, square",
        "|" + "a|" * 100 + "\n" + "|:-:" * 100 + "|\n" + ("a|" * 99 + "a\n") * 200,
    )
    yield case("fence never closed", "```\n" + "a\n" * length)
    yield case("fence never closed, empty lines", "```" + "\n" * length)
    yield case("one line of spaces and a letter", "a" + " " * (length - 2) + "b")
    yield case("heading of spaces", "# " + " #" * length)
    yield case("rule of spaces", "*" + " " * (length - 3) + "*a")
    yield case("delimiter row of spaces", "|a|\n|-" + " " * (length - 7) + "b")
    yield case("title never closed", '[a](b "' * 10 + "c" * length)
    yield case("underline after a long paragraph", "a\n" * (half - 2) + "---")
    yield case("coloured one-letter blocks", "```py\na\n```\n" * (length // 12))
    yield case(
        "coloured blocks, all languages",
        "".join(f"```{name}\n{name} = 1\n```\n" for name in LANGUAGES) * 20,
    )


def cases(length: int) -> Iterator[tuple[str, str]]:
    """Yield name and text of every case."""
    for pattern in PATTERNS:
        yield repr(pattern), repeated(pattern, length)
        if not pattern.startswith(("\n", " ", ">", "#", "-")):
            yield f"'> ' {pattern!r}", repeated(pattern, length, prefix="> ")
    yield from composed(length)
    for language in sorted(set(LANGUAGES.values())):
        for pattern in CODE_PATTERNS:
            # The largest block that is still coloured, then the rest plain.
            colour_length = min(length // 5, 4_900)
            code = repeated(pattern, colour_length)
            text = f"```{language}\n{code}\n```\n"
            yield f"{language}: {pattern!r}", text + repeated("*a ", length - len(text))


def measured(text: str) -> tuple[float, int]:
    """Return the CPU seconds of storing and rendering `text`, and the length of the HTML."""
    gc.collect()  # the garbage of the case before is not this one's
    start = time.process_time()
    html = render(normalise(text))
    return time.process_time() - start, len(html)


def warm_up() -> None:
    """Import what is imported at the first use: it is not what is measured."""
    render("```py\n1\n```")
    for language in sorted(set(LANGUAGES.values())):
        render(f"```{language}\n1\n```")


def measured_twice(text: str, half: str | None) -> tuple[float, int, float | None]:
    """As `measured`, and the better of two measurements of a text that is half as long."""
    seconds, size = measured(text)
    return seconds, size, min(measured(half)[0] for _ in range(2)) if half else None


def report(*, growth: bool) -> float:
    """Print the table; return the seconds of the worst case."""
    halves = dict(cases(LENGTH // 2)) if growth else {}
    names, texts = zip(*cases(LENGTH), strict=True)
    rows = []
    # What is measured is the time of one process, however many there are.
    with ProcessPoolExecutor(initializer=warm_up) as pool:
        results = pool.map(measured_twice, texts, map(halves.get, names), chunksize=16)
        for name, text, (seconds, size, half) in zip(names, texts, results, strict=True):
            times_half = "" if half is None else f"{seconds / max(half, 1e-9):6.1f}"
            rows.append((seconds, times_half, size / len(text), name))
    rows.sort()
    print("seconds   x half   x size   text")
    for seconds, times_half, size, name in rows[-SHOWN_COUNT:]:
        print(f"{seconds:7.3f}   {times_half:>6}   {size:6.1f}   {name}")
    print(f"largest: {max(row[2] for row in rows):.1f} times the text, of {len(rows)} texts")
    print(f"worst: {rows[-1][3]} {rows[-1][0]:.3f}")
    return rows[-1][0]


def fuzz_texts(seed: int) -> Iterator[tuple[str, str]]:
    """Yield all pairs of pieces, then random patterns without end."""
    pairs = [(piece, "") for piece in PIECES] + list(itertools.product(PIECES, PIECES))
    chance = random.Random(seed)  # texts, not secrets  # nosec B311
    chance.shuffle(pairs)
    for pair in pairs:
        yield repr("".join(pair)), repeated("".join(pair))
    while True:
        pattern = "".join(chance.choices(PIECES, k=chance.randint(2, 6)))
        prefix = "".join(chance.choices(PIECES, k=chance.randint(0, 4)))
        if chance.random() < 0.3:
            second = "".join(chance.choices(PIECES, k=chance.randint(1, 4)))
            text = repeated(pattern, LENGTH // 2, prefix) + repeated(second, LENGTH // 2)
            yield f"{prefix!r} {pattern!r} then {second!r}", text
        elif chance.random() < 0.2:
            text = "".join(chance.choices(PIECES, k=LENGTH))[:LENGTH]
            yield f"random text {text[:30]!r}", text
        else:
            yield f"{prefix!r} {pattern!r}", repeated(pattern, prefix=prefix)


def fuzz(seconds: float, seed: int) -> float:
    """Search for `seconds`; print the five slowest and five largest; return the slowest time."""
    end = time.monotonic() + seconds
    rows: list[tuple[float, float, str]] = []
    for name, text in fuzz_texts(seed):
        if time.monotonic() > end:
            break
        try:
            spent, size = measured(text)
        except Exception as error:
            print(f"fuzz: {name} raised {error!r}")
            return LIMIT
        rows.append((spent, size / len(text), name))
    print(f"fuzz: {len(rows)} texts, seed {seed}")
    for spent, size, name in sorted(rows)[-5:]:
        print(f"slow:  {spent:7.3f} s {size:6.1f} x   {name}")
    for spent, size, name in sorted(rows, key=lambda row: row[1])[-5:]:
        print(f"large: {spent:7.3f} s {size:6.1f} x   {name}")
    return max((row[0] for row in rows), default=0.0)


def main() -> int:
    """Run the bench; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--fuzz", type=float, metavar="SECONDS", default=0.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    found = fuzz(options.fuzz, options.seed) if options.fuzz else 0.0
    return 1 if max(report(growth=options.growth), found) >= LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
