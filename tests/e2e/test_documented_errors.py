"""Each public header names the errors of its functions, as far as reading finds them: those that a function raises
itself, by a static function of its file, or by a statement. E_BUG and E_BUSY may come from everywhere."""

import pathlib
import re

import pytest

SRC = pathlib.Path(__file__).resolve().parents[2] / "src"
EVERYWHERE = {"E_BUG", "E_BUSY"}
FUNCTION = re.compile(r"^(?:static |inline )*(?:enum err|bool|void|int|const [\w ]+\*?|struct \w+)\n(\w+)\((?:.*?)\)\n\{(.*?)^\}", re.S | re.M)
COMMENT = re.compile(r"(/\*.*?\*/)", re.S)


def statements():
    """NAME: the error of a statement that finds nothing."""
    return {name.upper(): error for path in SRC.glob("**/*.sql")
            for name, error in re.findall(r"^-- name: (\w+) : (E_\w+)", path.read_text(), re.M)}


def comments():
    """function: (header, the comments that stand before its declarations)."""
    out = {}
    for path in sorted(SRC.glob("**/*.h")):
        last = ""
        for piece in COMMENT.split(path.read_text()):
            if piece.startswith("/*"):
                last = piece
                continue
            for name in re.findall(r"\b(\w+)\(", piece):
                header, text = out.get(name, (path, ""))
                out[name] = header, text + last
    return out


def raised(body, errors):
    found = set(re.findall(r"fail\(\s*[\w>.&-]+,\s*(E_\w+)", body)) | set(re.findall(r"\breturn (E_\w+)", body))
    found |= {errors[name] for name in re.findall(r"db_\w+\(\s*\w+,\s*&(\w+)", body) if name in errors}
    return found - EVERYWHERE


def of_file(path, documented, errors):
    """function: what it raises, with its file's static functions, but for what is compared with and so dealt with."""
    bodies = dict(FUNCTION.findall(COMMENT.sub("", path.read_text())))

    def reach(name, seen):
        if name in seen:
            return set()
        seen.add(name)
        own, out = raised(bodies[name], errors), set()
        for called in re.findall(r"\b(\w+)\(", bodies[name]):
            if called in bodies and called not in documented:
                out |= reach(called, seen)
        return own | out - set(re.findall(r"[!=]= (E_\w+)", bodies[name]))
    return {name: reach(name, set()) for name in bodies if name in documented}


def missing(path, documented, errors):
    return [f"{documented[name][0].relative_to(SRC)}: {name}: {' '.join(sorted(unnamed))}"
            for name, found in of_file(path, documented, errors).items()
            if documented[name][0].parent == path.parent and not name.endswith(("_job", "_run"))  # the queue takes any error
            and (unnamed := {e for e in found if not re.search(rf"\b{e}\b", documented[name][1])})]


@pytest.mark.parametrize("folder", sorted(p.name for p in SRC.iterdir() if p.is_dir()))
def test_headers_name_the_errors(folder):
    documented, errors = comments(), statements()
    assert [line for path in sorted((SRC / folder).glob("*.c")) for line in missing(path, documented, errors)] == []


def test_what_is_not_named_is_found(tmp_path, monkeypatch):
    header, source = tmp_path / "a.h", tmp_path / "a.c"
    header.write_text("/* E_INPUT. */\nenum err a(struct ctx *c);\n")
    source.write_text("static enum err\nb(struct ctx *c)\n{\n\treturn fail(c, E_DENIED, NULL);\n}\n\n"
                      "enum err\na(struct ctx *c)\n{\n\tTRY(b(c));\n\treturn fail(c, E_INPUT, NULL);\n}\n")
    monkeypatch.setattr(f"{__name__}.SRC", tmp_path)
    assert missing(source, comments(), {}) == ["a.h: a: E_DENIED"]
