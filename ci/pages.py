# SPDX-License-Identifier: Apache-2.0
"""Markdown as the checks read it: headings, their anchors by GitHub's rules, links."""
import re

FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
INLINE_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^)\s>]*)>?(?:\s+[\"'(][^)]*)?\)")
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)")
HTML_TARGET = re.compile(r"""<(?:a|img)\b[^>]*?\b(?:href|src)\s*=\s*["']([^"']*)["']""")
HTML_ANCHOR = re.compile(r"""<[a-z]+\b[^>]*?\b(?:id|name)\s*=\s*["']([^"']+)["']""")


def prose(text):
    """Number and line of every line outside code blocks; lines inside comments are left out."""
    fence, comment = None, False
    for number, line in enumerate(text.splitlines(), 1):
        opening = FENCE.match(line)
        if fence:
            if opening and opening.group(1).startswith(fence) and not line.strip().strip(fence[0]):
                fence = None
        elif opening and not comment:
            fence = opening.group(1)
        else:
            if not comment:
                yield number, line
            position = line.rfind("<!--")
            comment = "-->" not in line[max(position, 0):] if position >= 0 else comment and "-->" not in line


def headings(text):
    """Number of the line, level, text and anchor of every heading."""
    seen, used = {}, set()
    for number, line in prose(text):
        match = HEADING.match(line)
        if match:
            anchor = base = anchor_of(match.group(2))
            while anchor in used:
                seen[base] = seen.get(base, 0) + 1
                anchor = f"{base}-{seen[base]}"
            used.add(anchor)
            yield number, len(match.group(1)), match.group(2), anchor


def anchor_of(heading):
    """GitHub's anchor of a heading: lower case, without punctuation, every space a hyphen."""
    heading = LINK.sub(r"\1", heading).replace("`", "")
    heading = re.sub(r"(?<!\w)(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", heading)
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(text):
    named = {name for _, line in prose(text) for name in HTML_ANCHOR.findall(line)}
    return named | {anchor for _, _, _, anchor in headings(text)}


def links(text):
    """Number of the line and target of every link and image."""
    for number, line in prose(text):
        line = INLINE_CODE.sub(lambda match: "`" + "x" * len(match.group(2)) + "`", line)
        definition = DEFINITION.match(line)
        if definition:
            yield number, definition.group(1)
        for match in LINK.finditer(line):
            yield number, match.group(2)
            # A badge: an image that is a link's text.
            for inner in LINK.finditer(match.group(1)):
                yield number, inner.group(2)
        for target in HTML_TARGET.findall(line):
            yield number, target
