"""Fields that several forms have, and the checks of their shape."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import colander
import deform

from qaboard import markup
from qaboard.i18n import _, domain_names
from qaboard.i18n.normalization import narrow
from qaboard.models import Post, Question, User
from qaboard.models.base import IDEMPOTENCY_KEY_MAX_CHARACTERS

_NORMALISED_NAME_MAX_CHARACTERS = 1000
_LINE_CONTROLS = frozenset("\n\r\t")
# The pattern of <input type="email"> (HTML, section 4.10.5.1.5), which keeps out what would be
# several recipients or a name in a header; beyond it, letters of any script (RFC 6531).
_EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]+"
    r"@[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*"
)
INVALID_ADDRESS = _("Enter an email address like name@example.com.")
_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f]")
# Letters, marks and symbols that show nothing: the assigned Default_Ignorable_Code_Points that are
# no format characters (Unicode 16, DerivedCoreProperties.txt), and the empty Braille pattern.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
).union(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))


HIDDEN_MAX_CHARACTERS = 2000
"""What the board itself writes into a hidden field is shorter."""


class HiddenWidget(deform.widget.HiddenWidget):
    """A hidden field whose value is cut one character behind its limit, where it is refused anyway.

    Nobody has typed it, and a page that shows its form again would send it back several times.

    :param maximum: the limit in characters.
    """

    def __init__(self, maximum: int = HIDDEN_MAX_CHARACTERS) -> None:
        super().__init__()
        self.maximum = maximum

    def deserialize(self, field, pstruct):
        value = super().deserialize(field, pstruct)
        return value if value is colander.null else value[: self.maximum + 1]


class StampWidget(HiddenWidget):
    """A hidden field that begins anew whenever its form is shown, whatever was sent before."""

    def serialize(self, field, cstruct, **options):
        return super().serialize(field, field.schema.default, **options)


def _is_control(character: str) -> bool:
    """NUL and its like, which no database column or page takes well, and halves of characters."""
    return unicodedata.category(character) in ("Cc", "Cs")


def not_blank(node: colander.SchemaNode, value: str) -> None:
    """Refuse a text of spaces and of characters that show nothing."""
    if all(unicodedata.category(c)[0] in "CZ" or c in _INVISIBLE for c in value):
        raise colander.Invalid(node, _("Fill in this field."))


def single_line(node: colander.SchemaNode, value: str) -> None:
    if any(_is_control(character) or character in "\u2028\u2029" for character in value):
        raise colander.Invalid(node, _("Remove the line breaks or control characters."))


def multiple_lines(node: colander.SchemaNode, value: str) -> None:
    if any(_is_control(c) and c not in _LINE_CONTROLS for c in value):
        raise colander.Invalid(
            node,
            _("Remove the control characters. They can’t be stored."),
        )


def at_most(characters: int):
    """A check that a text has at most this many characters."""

    def check(node: colander.SchemaNode, value: str) -> None:
        if len(value) > characters:
            raise colander.Invalid(
                node,
                _(
                    "Too long: ${length} characters. The limit is ${maximum}.",
                    mapping={"length": len(value), "maximum": characters},
                ),
            )

    return check


def normalised(value: Any) -> Any:
    return markup.normalise(value) if isinstance(value, str) else value


def normalised_line(value: Any) -> Any:
    return markup.normalise(markup.as_line(value)) if isinstance(value, str) else value


def compatible_form(value: Any) -> Any:
    """A short text in NFKC, where wide and narrow spellings of a character are one."""
    # Unicode sorts marks in quadratic time; a name of this length is refused anyway.
    if isinstance(value, str) and len(value) <= _NORMALISED_NAME_MAX_CHARACTERS:
        # Of a name nothing is left that shows nothing and turns the text beside it.
        return markup.mend(unicodedata.normalize("NFKC", _DIRECTION_MARKS.sub("", value)))
    return value


def title_field() -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.String(),
        name="title",
        title=_("Title"),
        description=_("Say in one sentence what you want to know."),
        preparer=normalised_line,
        validator=colander.All(not_blank, single_line, at_most(Question.TITLE_MAX_CHARACTERS)),
        widget=deform.widget.TextInputWidget(autocomplete="off"),
        missing_msg=_("Enter a title."),
    )


def body_field() -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.String(),
        name="body",
        title=_("Text"),
        description=_("You can use Markdown."),
        # As it will be stored, so that its length is that of the stored text.
        preparer=normalised,
        validator=colander.All(not_blank, multiple_lines, at_most(Post.BODY_MAX_CHARACTERS)),
        # Spaces at the beginning mean something in Markdown.
        widget=deform.widget.TextAreaWidget(strip=False, rows=12, template="markdown"),
        missing_msg=_("Fill in this field."),
    )


def version_field() -> colander.SchemaNode:
    """The version of the post that an edit form was made from; a script may leave it out."""
    return colander.SchemaNode(
        colander.Integer(),
        name="version",
        title=_("Version"),
        validator=colander.Range(min=1, max=2**31 - 1),
        missing=None,
        widget=HiddenWidget(),
    )


def _username_characters(node: colander.SchemaNode, value: str) -> None:
    letters_and_marks = [unicodedata.category(c)[0] in "LM" for c in value]
    if not _INVISIBLE.isdisjoint(value) or any(
        not (is_letter or c.isdecimal() or c in "._-")
        for c, is_letter in zip(value, letters_and_marks, strict=True)
    ):
        raise colander.Invalid(
            node, _("Use only letters, digits, “.”, “_” and “-”, without spaces.")
        )
    if not any(unicodedata.category(c)[0] == "L" or c.isdecimal() for c in value):
        raise colander.Invalid(node, _("Use at least one letter or digit."))


def username_field() -> colander.SchemaNode:
    minimum, maximum = User.USERNAME_MIN_CHARACTERS, User.USERNAME_MAX_CHARACTERS

    def length(node: colander.SchemaNode, value: str) -> None:
        if not minimum <= len(value) <= maximum:
            raise colander.Invalid(
                node,
                _(
                    "Use ${minimum} to ${maximum} characters.",
                    mapping={"minimum": minimum, "maximum": maximum},
                ),
            )

    return colander.SchemaNode(
        colander.String(),
        name="username",
        title=_("Username"),
        description=_(
            "${minimum} to ${maximum} letters and digits, in any language. Everyone can see it.",
            mapping={"minimum": minimum, "maximum": maximum},
        ),
        preparer=compatible_form,
        validator=colander.All(length, _username_characters),
        widget=deform.widget.TextInputWidget(autocomplete="username"),
        missing_msg=_("Choose a username."),
    )


def email_field(title=None) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.String(),
        name="email",
        title=title or _("Email address"),
        description=_("Never shown publicly."),
        preparer=_typed_address,
        validator=colander.All(single_line, at_most(User.EMAIL_MAX_CHARACTERS), _email_shape),
        widget=deform.widget.TextInputWidget(autocomplete="email", type="email"),
        missing_msg=_("Enter your email address."),
    )


def _email_shape(node: colander.SchemaNode, value: str) -> None:
    """As browsers check it, and letters of any script; only a mail that arrives proves more."""
    if not _EMAIL.fullmatch(value):
        raise colander.Invalid(node, INVALID_ADDRESS)


def _typed_address(value: Any) -> Any:
    """An address with the letters, "@" and full stops of a Korean or Japanese keyboard as usual."""
    return narrow(value).replace("\u3002", ".") if isinstance(value, str) else value


def new_email_field(title=None) -> colander.SchemaNode:
    """An address to be stored; one that is only looked for may be any that was stored before."""
    field = email_field(title)
    field.validator = colander.All(
        single_line, at_most(User.EMAIL_MAX_CHARACTERS), _deliverable_address
    )
    return field


def _deliverable_address(node: colander.SchemaNode, value: str) -> None:
    """An address whose domain can exist, and is not the name of a local machine (RFC 5321, section
    2.3.5), and whose mailbox is written as keyboards do: NFKC would make it another one."""
    _email_shape(node, value)
    mailbox, _at, domain = value.rpartition("@")
    if unicodedata.normalize("NFKC", mailbox) != mailbox:
        raise colander.Invalid(node, INVALID_ADDRESS)
    try:
        domain = domain_names.to_ascii(domain)
    except ValueError:
        raise colander.Invalid(node, INVALID_ADDRESS) from None
    # In ASCII it may be longer than it was typed.
    at_most(User.EMAIL_MAX_CHARACTERS)(node, f"{mailbox}@{domain}")
    if "." not in domain:
        raise colander.Invalid(
            node,
            _("Enter the whole address, with an ending such as .com."),
        )


def password_field(title, *, autocomplete: str, name: str) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.String(),
        name=name,
        title=title,
        validator=at_most(User.PASSWORD_MAX_CHARACTERS),
        # Spaces around a password are part of it.
        widget=deform.widget.PasswordWidget(strip=False, autocomplete=autocomplete),
        missing_msg=_("Enter a password."),
    )


def same_passwords(node: colander.SchemaNode, values: dict) -> None:
    """A check of a whole form: its two new passwords are the same."""
    if values["password"] != values["password_confirm"]:
        error = colander.Invalid(node)
        error["password_confirm"] = _("The passwords don’t match. Enter them again.")
        raise error


def new_password_field(title=None) -> colander.SchemaNode:
    minimum, maximum = User.PASSWORD_MIN_CHARACTERS, User.PASSWORD_MAX_CHARACTERS

    def length(node: colander.SchemaNode, value: str) -> None:
        if len(value) < minimum:
            raise colander.Invalid(
                node,
                _("Use at least ${minimum} characters.", mapping={"minimum": minimum}),
            )

    field = password_field(title or _("Password"), autocomplete="new-password", name="password")
    field.description = _(
        "${minimum} to ${maximum} characters of any kind.",
        mapping={"minimum": minimum, "maximum": maximum},
    )
    field.validator = colander.All(length, at_most(maximum))
    return field


def next_field() -> colander.SchemaNode:
    """Where to go afterwards; what it may be is decided when it is followed."""
    return colander.SchemaNode(colander.String(), name="next", missing="", widget=HiddenWidget())


def idempotency_key_field(key: str) -> colander.SchemaNode:
    """What the form names itself by; a script may leave it out.

    :param key: the random one which the form begins with.
    """
    return colander.SchemaNode(
        colander.String(),
        name="idempotency_key",
        title=_("Key of this form"),
        default=key,
        missing=None,
        validator=colander.All(single_line, at_most(IDEMPOTENCY_KEY_MAX_CHARACTERS)),
        widget=deform.widget.HiddenWidget(),
    )


def honeypot_field() -> colander.SchemaNode:
    """A field that people do not see, and programs fill in."""
    return colander.SchemaNode(
        colander.String(),
        name="website",
        title=_("Leave this empty"),
        missing="",
        widget=deform.widget.TextInputWidget(item_template="honeypot_item"),
    )


def stamp_field(stamp: str) -> colander.SchemaNode:
    """When the form was made.

    :param stamp: the time, signed; the form has it each time that it is shown.
    """
    return colander.SchemaNode(
        colander.String(),
        name="stamp",
        default=stamp,
        missing="",
        widget=StampWidget(),
    )
