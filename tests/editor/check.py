#!/usr/bin/env python3
"""Asks rust-analyzer, as an editor does, about every word of the annotated example code.

usage: tests/editor/check.py [--print-hovers]

Each word must have a definition, also inside annotated functions and in the expressions of our attributes. A function must
be its own definition, and its hover must show the function as written and no name that a macro made up. After `self.` the
fields of the type must be offered. The exit code is 1 if anything is not so.
"""

import json
import pathlib
import queue
import re
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ANNOTATED = re.compile(r"#\[(telemetry_runtime::)?(traced|metric|backstage_plugin|backstage_core|derive\(.*MetricSet)")
WORD = re.compile(r"\b[A-Za-z_]\w*")
FUNCTION = re.compile(r"\s*(?:pub(?:\(\w+\))? )?(?:async )?fn (\w+)")
# Words without a definition: keywords, and those of the macros of others (`tokio::select!`).
WITHOUT = set(
    "_ as async await biased break const continue crate dyn else enum extern false fn for if impl in let loop match mod move "
    "mut pub ref return self Self static struct super trait true type unsafe use where while".split()
)
LIMIT = 300.0


class Editor:
    """One session with the language server."""

    def __init__(self):
        self.server = subprocess.Popen(
            ["rust-analyzer"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.messages = queue.Queue()
        self.requests = 0
        self.quiet = False
        threading.Thread(target=self._read, daemon=True).start()
        self.request("initialize", {
            "processId": None,
            "rootUri": ROOT.as_uri(),
            "capabilities": {
                "experimental": {"serverStatusNotification": True},
                "textDocument": {"hover": {"contentFormat": ["plaintext"]}},
            },
            "initializationOptions": {"checkOnSave": False},
        })
        self._send({"method": "initialized", "params": {}})
        end = time.monotonic() + LIMIT
        while not self.quiet:
            self._handle(self.messages.get(timeout=max(0.0, end - time.monotonic())))

    def _read(self):
        while True:
            length = 0
            while line := self.server.stdout.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if length == 0:
                return
            self.messages.put(json.loads(self.server.stdout.read(length)))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def _handle(self, message):
        if message.get("method") == "experimental/serverStatus":
            if message["params"]["health"] == "error":
                sys.exit(f"rust-analyzer: {message['params']['message']}")
            self.quiet = message["params"]["quiescent"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})

    def request(self, method, params):
        self.requests += 1
        number = self.requests
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self.messages.get(timeout=LIMIT)
            if message.get("id") != number or "method" in message:
                self._handle(message)
            elif "error" in message:
                sys.exit(f"rust-analyzer: {method}: {message['error']}")
            else:
                return message["result"]

    def open(self, file, text):
        document = {"uri": file.as_uri(), "languageId": "rust", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def change(self, file, version, text):
        self._send({"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": file.as_uri(), "version": version},
            "contentChanges": [{"text": text}],
        }})

    def at(self, method, file, line, column):
        position = {"line": line, "character": column}
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": file.as_uri()}, "position": position})

    def close(self):
        self.server.kill()


def code(text):
    """The text with blanks for what has no definition: comments, strings, the keys and words of attributes."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())

    text = re.sub(r'//[^\n]*|"(?:\\.|[^"\\])*"', blank, text)
    text = re.sub(r"'\w+\b(?!')|'(?:\\.|[^'\\])'", blank, text)
    result = []
    position = 0
    for start in re.finditer(r"#!?\[", text):
        if start.start() < position:
            continue
        depth, end = 1, start.end()
        while depth:
            depth += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        attribute = text[start.start():end]
        if ANNOTATED.match(attribute):
            attribute = re.sub(r"[\w.]+\s*=(?!=)|\b\w+(?=\()|(?<=[(,\[])\s*[\w:]+\s*(?=[,)\]])", blank, attribute)
            attribute = re.sub(r"#\[\w+", blank, attribute)
        else:
            attribute = re.sub(r"[^\n]", " ", attribute)
        result += [text[position:start.start()], attribute]
        position = end
    return "".join(result) + text[position:]


def check_words(editor, file, text):
    """The problems of a file, and how many words were asked for."""
    words = 0
    for number, line in enumerate(code(text).splitlines()):
        function = FUNCTION.match(line)
        for word in WORD.finditer(line):
            if word.group() in WITHOUT:
                continue
            words += 1
            place = f"{file.relative_to(ROOT)}:{number + 1}:{word.start() + 1}: {word.group()}"
            definitions = editor.at("definition", file, number, word.start())
            if not definitions:
                yield f"{place}: no definition"
            if function and word.start() == function.start(1):
                lines = [found["range"]["start"]["line"] for found in definitions if found["uri"] == file.as_uri()]
                if number not in lines:
                    yield f"{place}: defined elsewhere: {definitions}"
                hover = (editor.at("hover", file, number, word.start()) or {}).get("contents", {}).get("value", "")
                if "--print-hovers" in sys.argv:
                    print(f"{place}\n{hover}\n")
                if f"fn {word.group()}" not in hover or "__" in hover:
                    yield f"{place}: hover: {hover!r}"
    print(f"{file.relative_to(ROOT)}: {words} words")


def check_completion(editor, file, text):
    """After `self.` in the first body of an annotated method the fields of its type are offered."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        annotated = any("#[traced" in above for above in lines[max(0, number - 3):number])
        if annotated and FUNCTION.match(line) and "self" in line and line.rstrip().endswith("{"):
            lines.insert(number + 1, "self.\n")
            editor.change(file, 2, "".join(lines))
            answer = editor.at("completion", file, number + 1, len("self."))
            items = answer["items"] if isinstance(answer, dict) else answer or []
            # 5 is a field, by the protocol.
            if not any(item.get("kind") == 5 for item in items):
                yield f"{file.relative_to(ROOT)}:{number + 1}: no field is offered after `self.`"
            editor.change(file, 3, text)
            print(f"{file.relative_to(ROOT)}: completion in {FUNCTION.match(line).group(1)}")
            return


def main():
    files = [file for file in sorted((ROOT / "examples/src").rglob("*.rs")) if ANNOTATED.search(file.read_text())]
    editor = Editor()
    problems = []
    for file in files:
        text = file.read_text()
        editor.open(file, text)
        problems += check_words(editor, file, text)
        problems += check_completion(editor, file, text)
    editor.close()
    for problem in problems:
        print(problem, file=sys.stderr)
    if not files or problems:
        sys.exit(1)


main()
