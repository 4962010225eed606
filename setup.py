"""Metadata, dependencies and entry points of qaboard."""

from pathlib import Path

from setuptools import find_packages, setup

REQUIREMENTS = [
    "pyramid>=2.1,<3",
    "pyramid_jinja2>=2.10",
    "pyramid_tm>=2.6",
    "pyramid_retry>=2.1",
    "SQLAlchemy>=2.1,<2.2",
    "alembic>=1.18",
    "zope.sqlalchemy>=4.1",
    "deform>=3.0.1,<4",
    "colander>=2.0",
    "Markdown>=3.11,<3.12",
    "nh3>=0.3",
    "Pygments>=2.19",
    "PyStemmer>=3",
    "argon2-cffi>=25.1",
    "cryptography>=46",
    "webauthn>=2.7",
    "pyotp>=2.9",
    "segno>=1.6",
    "limits>=5.6",
    # IDNA 2008; the standard library has that of 2003, which takes "ß" for "ss".
    "idna>=3.7",
    # The counters of /metrics: the project's own client, typed, and half a megabyte.
    "prometheus_client>=0.22",
    # The log as JSON lines: typed, and small.
    "python-json-logger>=4.2",
    "ua-parser>=1.0.1",
    "pyramid_mailer>=0.15.1",
    "Babel>=2.17",
    "translationstring>=1.4",
    "Jinja2>=3.1.6",
    "MarkupSafe>=3.0",
    "click>=8.2",
    "waitress>=3.0.2",
    "plaster_pastedeploy>=1.0",
    # The system's time-zone files are missing on slim machines.
    "tzdata",
    # Pyramid and deform import pkg_resources, of which setuptools 80.9 and later complains on every
    # start; before 78.1.1 it has a known weakness.
    "setuptools>=78.1.1,<80.9",
]

POSTGRESQL_REQUIREMENTS = ["psycopg[binary]>=3.2"]

REDIS_REQUIREMENTS = ["redis>=6.4"]

# What development.ini and `make pins` need.
DEVELOPMENT_REQUIREMENTS = ["pyramid_debugtoolbar>=4.12", "uv>=0.9"]

TEST_REQUIREMENTS = [
    *DEVELOPMENT_REQUIREMENTS,
    "pytest>=9",
    "WebTest>=3.0.7",
    "pytest-xdist>=3.8",
    "hypothesis>=6.150",
    "playwright>=1.60",
    "ruff>=0.17",
    # The order of the folders, which no other linter knows.
    "import-linter>=2.5",
    "bandit>=1.9",
    "pip-audit>=2.10",
    "aiosmtpd>=1.4.6",
    # What devices with passkeys speak.
    "cbor2>=5.6",
    *POSTGRESQL_REQUIREMENTS,
    *REDIS_REQUIREMENTS,
]

setup(
    name="qaboard",
    version="0.1.0",
    description="A question-and-answer board on Pyramid traversal and SQLAlchemy",
    long_description=(Path(__file__).parent / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages(include=["qaboard", "qaboard.*"]),
    include_package_data=True,
    package_data={
        "qaboard": [
            "templates/**/*.jinja2",
            "locale/*/LC_MESSAGES/*",
            "commands/demo/**/*.md",
            "i18n/*.txt",
            "security/*.txt",
        ]
    },
    install_requires=REQUIREMENTS,
    extras_require={
        "postgresql": POSTGRESQL_REQUIREMENTS,
        "redis": REDIS_REQUIREMENTS,
        "development": DEVELOPMENT_REQUIREMENTS,
        "test": TEST_REQUIREMENTS,
    },
    entry_points={
        "paste.app_factory": ["main = qaboard:main"],
        "paste.server_runner": ["main = qaboard.server.serving:serve"],
        "console_scripts": ["qaboard = qaboard.commands:qaboard"],
    },
)
