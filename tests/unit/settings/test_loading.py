"""A start is refused in one sentence that names what is missing."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest

import qaboard
from qaboard.settings import SettingsError, load_settings
from qaboard.settings.reading import resolve_path

PROJECT = Path(__file__).parents[3]
SECRET = "xq5nV0Jt8mZr2LkWc7Ay4HdPs9TfEu1B"
ENVIRONMENT = {"QABOARD_SECRET": SECRET, "QABOARD_DATABASE_URL": "postgresql://localhost/qaboard"}


def parse(name: str) -> ConfigParser:
    parser = ConfigParser({"here": str(PROJECT)})
    parser.read(PROJECT / name)
    return parser


def app_section(name: str) -> dict[str, str]:
    return dict(parse(name)["app:main"])


def test_development_needs_no_environment():
    settings = load_settings(app_section("development.ini"), {})
    assert settings.development
    assert settings.database_url.get_backend_name() == "sqlite"


def test_production_takes_its_secrets_from_the_environment():
    settings = load_settings(app_section("production.ini"), ENVIRONMENT)
    assert not settings.development
    assert settings.secret == SECRET
    assert settings.database_url.drivername == "postgresql+psycopg"
    assert settings.secure_cookies


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"QABOARD_SECRET": None}, "QABOARD_SECRET"),
        ({"QABOARD_SECRET": ""}, "QABOARD_SECRET"),
        ({"QABOARD_SECRET": "short"}, "QABOARD_SECRET is too weak"),
        ({"QABOARD_SECRET": "a" * 64}, "QABOARD_SECRET is too weak"),
        ({"QABOARD_SECRET": "0123" * 16}, "QABOARD_SECRET is too weak"),
        ({"QABOARD_DATABASE_URL": None}, "QABOARD_DATABASE_URL"),
        ({"QABOARD_DATABASE_URL": "nonsense"}, "QABOARD_DATABASE_URL"),
        ({"QABOARD_DATABASE_URL": "mysql://localhost/x"}, "mysql"),
        ({"QABOARD_DATABASE_URL": "postgresql://u:p@h:notaport/x"}, "QABOARD_DATABASE_URL"),
        ({"QABOARD_REPLICA_URL": "nonsense"}, "QABOARD_REPLICA_URL"),
        ({"QABOARD_REPLICA_URL": "sqlite:///x"}, "only PostgreSQL has replicas"),
    ],
)
def test_production_refuses_a_missing_or_weak_secret(changes, message):
    environment = {
        name: value for name, value in (ENVIRONMENT | changes).items() if value is not None
    }
    with pytest.raises(SettingsError, match=message) as error:
        load_settings(app_section("production.ini"), environment)
    assert "\n" not in str(error.value)


def test_production_ignores_a_secret_in_the_ini():
    ini = app_section("production.ini") | {"qaboard.secret": SECRET}
    with pytest.raises(SettingsError, match="QABOARD_SECRET"):
        load_settings(ini, {"QABOARD_DATABASE_URL": "sqlite://"})
    ini = app_section("production.ini") | {"sqlalchemy.url": "sqlite://"}
    with pytest.raises(SettingsError, match="QABOARD_DATABASE_URL"):
        load_settings(ini, {"QABOARD_SECRET": SECRET})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("qaboard.environment", "staging"),
        ("qaboard.page_size", "0"),
        ("qaboard.page_size", "many"),
        ("qaboard.page_size", "²"),
        ("qaboard.default_locale", "fr"),
        ("qaboard.time_zone", "Mars/Olympus"),
        ("qaboard.time_zone", "../../etc/passwd"),
        ("qaboard.secure_cookies", "maybe"),
        ("qaboard.static_directory", ""),
        ("qaboard.static_directory", "/nonexistent/static"),
        ("qaboard.site_name", " "),
        ("qaboard.monitor_addresses", "127.0.0.1 somewhere"),
        ("qaboard.monitor_addresses", "10.0.0.1/8"),
        ("qaboard.minimum_free_mib", "-1"),
        ("qaboard.minimum_free_mib", ""),
        ("qaboard.slow_query_milliseconds", "0.5"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        load_settings(app_section("development.ini") | {name: value}, {})


def test_the_application_stops_with_the_sentence_alone(monkeypatch):
    monkeypatch.delenv("QABOARD_SECRET", raising=False)
    with pytest.raises(SystemExit, match=r"^qaboard: No secret key configured"):
        qaboard.main({}, **app_section("production.ini"))


def test_both_ini_files_have_the_same_sections_and_no_secret_in_production():
    development, production = parse("development.ini"), parse("production.ini")
    assert development.sections() == production.sections()
    only_in_development = {"qaboard.secret", "sqlalchemy.url", "mail.directory"}
    names = {name for name in development["app:main"] if not name.startswith("debugtoolbar.")}
    mail_server = {"mail.host", "mail.port", "mail.encryption", "mail.username",
                   "mail.certificate_authority_file"}  # fmt: skip
    assert set(production["app:main"]) - mail_server == names - only_in_development
    assert "debugtoolbar" not in production["app:main"]["pyramid.includes"]


def test_a_folder_can_be_named_from_a_package(tmp_path):
    assert resolve_path(str(tmp_path)) == tmp_path
    assert resolve_path("qaboard:../static") == PROJECT / "static"
    assert resolve_path("qaboard:locale") == PROJECT / "qaboard" / "locale"
    assert resolve_path("no_such_package:static") is None
    assert resolve_path("..:static") is None
