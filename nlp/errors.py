"""Every error that Dangol raises on purpose.

    DangolError
    ├── InputError            a file or a value that a user gave cannot be used
    │   ├── FileFormatError   the file cannot be read as what it claims to be
    │   └── ColumnError       a column is missing, unknown or named twice
    ├── TaxonomyError         a taxonomy is inconsistent, or a label is not in it
    ├── LabelledDataError     labelled rows cannot be trained or evaluated on
    ├── ModelError            a model folder is missing, incomplete or does not fit
    ├── ResumeError           an interrupted run cannot be continued with what is there
    └── MissingExtraError     an optional dependency is not installed

A message names the place, the value, the rule and the next step, in that order.
"""

from __future__ import annotations


class DangolError(Exception):
    """Base of all errors raised on purpose; the command line prints its message without a traceback.

    ``template`` is the English message with named places in the style of ``str.format``, ``fields`` fills
    them: ``InputError("{path}: no such file; check the name", path=path)``. The two stay apart so that the
    message can be given in the language of whoever reads it. Without fields the template is the message.
    """

    def __init__(self, template: str, **fields: object) -> None:
        super().__init__(template.format(**fields) if fields else template)
        self.template = template
        self.fields = fields


class InputError(DangolError):
    """Something the user gave cannot be used."""


class FileFormatError(InputError):
    """A file cannot be read as the format its name or content claims."""


class ColumnError(InputError):
    """A column is missing, unknown or named twice."""


class TaxonomyError(DangolError):
    """A taxonomy is inconsistent, or a label is not part of it."""


class LabelledDataError(DangolError):
    """Labelled rows cannot be trained or evaluated on; ``problems`` lists each as ``file:line: reason``."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        shown = "\n".join(problems[:20])
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        super().__init__(f"{len(problems)} labelled row(s) cannot be used:\n{shown}{more}")
        self.problems = problems


class ModelError(DangolError):
    """A model folder is missing, incomplete or does not fit its taxonomy."""


class ResumeError(DangolError):
    """An interrupted run cannot be continued with the files that are there."""


class MissingExtraError(DangolError):
    """An optional dependency is needed and not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"the package '{package}' is not installed; it comes with the extra '{extra}': "
            f'pip install "dangol[{extra}]"'
        )
