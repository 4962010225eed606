"""Reading single settings of an ini section, each with one sentence for what is wrong with it."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from limits import RateLimitItem, parse_many
from pyramid.settings import aslist

from qaboard.i18n import domain_names

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")

NO_LIMIT = "none"
"""What stands in the ini file for a rate that is not limited."""


FROM_A_CLONE = (
    "qaboard needs the folders of its repository, so install it from a clone with: pip install -e ."
)


def resolve_path(value: str) -> Path | None:
    """The path that a setting names; ``None`` when it is in a package that is not there.

    :param value: a path, or an asset specification such as ``qaboard:../static``, which begins in
        the folder of a package: so each release finds its own files.
    """
    package, separator, below = value.partition(":")
    if not separator or os.path.isabs(value):
        return Path(value)
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None:
        return None
    return Path(os.path.normpath(Path(spec.origin).parent / below))


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message is one sentence for the operator."""


class SettingsReader:
    """Reads typed values out of one ini section.

    Every method raises `SettingsError` when the setting is missing or malformed.

    :param ini: the section, as strings.
    :param environment: usually ``os.environ``; only `environment_or_ini` and `secret` look there.
    """

    def __init__(self, ini: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self.ini = ini
        self.environment = environment

    def required(self, name: str) -> str:
        value = self.optional(name)
        if not value:
            raise SettingsError(f"The setting {name} is missing from the ini file.")
        return value

    def optional(self, name: str) -> str:
        value = self.ini.get(name, "").strip()
        if not value.isprintable():
            raise SettingsError(
                f"The setting {name} is {value!r}. It must be one line without control characters."
            )
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """Words with spaces or line ends between them, in lower case; there may be none."""
        return tuple(word.lower() for word in aslist(self.ini.get(name, "")))

    def networks(self, name: str) -> tuple[Network, ...]:
        """Network addresses and networks such as ``10.0.0.0/8``, as `words`."""
        try:
            return tuple(map(ipaddress.ip_network, self.words(name)))
        except ValueError as error:
            raise SettingsError(
                f"The setting {name} has a word that is neither an IP address nor a network such "
                f"as 10.0.0.0/8: {error}."
            ) from None

    def hosts(self, name: str, *, ports: bool = False) -> tuple[str, ...]:
        """Names of hosts and IP addresses, as `words`, in their ASCII form.

        :param ports: whether a port may follow.
        """
        found = []
        for word in self.words(name):
            match = re.fullmatch(r"(.+?)(:[0-9]{1,5})?", word, re.DOTALL) if ports else None
            host, port = match.groups("") if match else (word, "")
            try:
                found.append(host_name(host.strip("[]")) + port)
            except ValueError:
                raise SettingsError(
                    f"The setting {name} has the word {word!r}. It must be the name of a host "
                    f"such as www.example.com, without https://{'' if ports else ', port'} or "
                    "path."
                ) from None
        return tuple(found)

    def host(self, name: str) -> str:
        """The name of a host or an IP address, in its ASCII form."""
        value = self.required(name)
        try:
            return host_name(value)
        except ValueError:
            raise SettingsError(
                f"The setting {name} is {value!r}. It must be the name of a host such as "
                "mail.example.com, without smtp:// or port."
            ) from None

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.required(name)
        if value not in choices:
            raise SettingsError(
                f"The setting {name} is {value!r}. It can be {' or '.join(choices)}."
            )
        return value

    def count(self, name: str, *, minimum: int = 1, maximum: int = 1000) -> int:
        value = self.required(name)
        if not (
            value.isascii()
            and value.isdigit()
            and len(value) < 20
            and minimum <= int(value) <= maximum
        ):
            raise SettingsError(
                f"The setting {name} is {value!r}. It must be from {minimum} to {maximum}."
            )
        return int(value)

    def boolean(self, name: str) -> bool:
        return self.choice(name, ("true", "false")) == "true"

    def directory(self, name: str) -> str:
        value = self.required(name)
        path = resolve_path(value)
        if path is None or not path.is_dir():
            raise SettingsError(
                f"The setting {name} is {value!r}, which is not a directory. {FROM_A_CLONE}"
            )
        return str(path)

    def absolute_path(self, name: str) -> Path | None:
        """A path, of which nothing has to be there yet; there may be none."""
        value = self.optional(name)
        if value and not os.path.isabs(value):
            raise SettingsError(f"The setting {name} is {value!r}. It must begin with /.")
        return Path(value) if value else None

    def time_zone(self, name: str) -> ZoneInfo:
        value = self.required(name)
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SettingsError(
                f"The setting {name} is {value!r}. It must be a name such as Asia/Seoul."
            ) from None

    def rate(self, name: str) -> RateLimitItem | None:
        """A rate such as ``10 per 15 minutes``; ``None`` where the ini file says ``none``."""
        value = self.required(name)
        if value == NO_LIMIT:
            return None
        try:
            (rate,) = parse_many(value)
        except ValueError:
            raise SettingsError(
                f"The setting {name} is {value!r}. It must be a rate such as 10 per 15 minutes, "
                f"or {NO_LIMIT}."
            ) from None
        return rate

    def site_address(self, name: str, variable: str) -> str:
        """The address of the site: scheme, host and port, without a slash at the end.

        :param variable: the environment variable that wins over the setting.
        """
        value = self.environment.get(variable, "").strip() or self.required(name)
        wrong = SettingsError(
            f"The setting {name} (or {variable}) is {value!r}. It must be an address such as "
            "https://qaboard.example.com."
        )
        try:
            parts = urlsplit(value)
            host = host_name(parts.hostname or "")
            # Reading the port is what finds out whether it is a number.
            port = "" if parts.port is None else f":{parts.port}"
        except ValueError:
            raise wrong from None
        is_more = (
            parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
        )
        if parts.scheme not in ("http", "https") or parts.port == 0 or is_more:
            raise wrong
        if ":" in host:
            host = f"[{host}]"
        return f"{parts.scheme}://{host}{port}"


def host_name(name: str) -> str:
    """The ASCII form of the name of a host; an IP address stays.

    :raises ValueError: when there can be no such host.
    """
    with suppress(ValueError):
        return str(ipaddress.ip_address(name))
    ascii_name = domain_names.to_ascii(name.removesuffix("."))
    if len(ascii_name) > 253 or not _HOST_NAME.fullmatch(ascii_name):
        raise ValueError(f"no host can be called {name!r}")
    return ascii_name
