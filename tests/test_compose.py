"""What docker-compose.yml promises: one door, secrets from files, checks before anything starts, nothing evicted."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
APP = ("web", "ingest", "worker", "beat", "migrate")
SERVERS = ("postgres", "redis")


def words(service):
    command = SERVICES[service]["command"]
    return command if isinstance(command, str) else " ".join(command)


def test_the_services():
    assert set(SERVICES) == {"proxy", *APP, *SERVERS}


def test_only_the_proxy_has_published_ports():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_the_servers_sit_on_a_network_without_a_way_out():
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["back"] for name in SERVERS)
    assert SERVICES["proxy"]["networks"] == ["front"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_each_lasting_service_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "ingest", "worker", "beat"])
def test_nothing_starts_before_the_migration_succeeded(name):
    conditions = {other: detail["condition"] for other, detail in SERVICES[name]["depends_on"].items()}
    assert conditions == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }


def test_the_migration_checks_the_configuration_first_and_runs_once():
    assert words("migrate").endswith(
        "python -m portal.preflight --deploy && python manage.py migrate --noinput --skip-checks"
    )
    assert SERVICES["migrate"]["restart"] == "no"
    assert {name: detail["condition"] for name, detail in SERVICES["migrate"]["depends_on"].items()} == {
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }


@pytest.mark.parametrize("name", APP)
def test_the_app_reads_its_secrets_from_files(name):
    files = {key: value for key, value in SERVICES[name]["environment"].items() if key.endswith("_FILE")}
    assert files == {
        f"{secret.upper()}_FILE": f"/run/secrets/{secret}"
        for secret in ("secret_key", "sealing_keys", "database_url", "redis_url")
    }
    assert set(SERVICES[name]["secrets"]) == {Path(path).name for path in files.values()}


def test_each_secret_is_a_file_that_make_secrets_writes():
    script = (ROOT / "deploy/make-secrets").read_text()
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./deploy/secrets/{name}"}
        assert f"put {name} " in script


def test_make_secrets_makes_each_once_and_hides_the_folder(tmp_path):
    deploy = tmp_path / "deploy"
    (deploy / "secrets").mkdir(parents=True)
    shutil.copy(ROOT / "deploy/make-secrets", deploy)
    subprocess.run([deploy / "make-secrets"], check=True, capture_output=True)
    first = {path.name: path.read_text() for path in (deploy / "secrets").iterdir()}
    subprocess.run([deploy / "make-secrets"], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (deploy / "secrets").iterdir()} == first
    assert set(first) == set(COMPOSE["secrets"])
    assert first["postgres_password"] in first["database_url"]
    assert len(first["secret_key"]) >= 50
    assert (deploy / "secrets").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", APP)
def test_the_app_runs_with_few_rights(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "USER tollgate" in (ROOT / "Dockerfile").read_text()


def test_redis_keeps_every_task_and_asks_for_a_password():
    assert "--appendonly yes --appendfsync everysec" in words("redis")
    assert "--maxmemory-policy noeviction" in words("redis")
    assert "--requirepass" in words("redis")
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


def test_postgresql_is_18_and_durable():
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "synchronous_commit=on" in words("postgres")
    assert "fsync" not in words("postgres")


def test_the_proxy_sends_webhooks_to_a_pool_of_their_own_and_limits_bodies():
    lines = [line.strip() for line in (ROOT / "deploy/Caddyfile").read_text().splitlines()]
    start = lines.index("handle /webhooks/* {")
    assert lines[start : start + 5] == [
        "handle /webhooks/* {",
        "request_body {",
        "max_size 4MiB",
        "}",
        "reverse_proxy ingest:8000 {",
    ]
    assert "reverse_proxy web:8000 {" in lines


def test_the_proxy_does_not_show_the_metrics():
    lines = [line.strip() for line in (ROOT / "deploy/Caddyfile").read_text().splitlines()]
    start = lines.index("handle /metrics {")
    assert lines[start : start + 3] == ["handle /metrics {", "respond 404", "}"]
    assert start < lines.index("handle {")  # the first that fits is taken


def test_docker_compose_accepts_the_file():
    client = shutil.which("docker")
    if client is None or subprocess.run([client, "compose", "version"], check=False, capture_output=True).returncode:
        pytest.skip("needs the docker client with its compose plugin")
    finished = subprocess.run(
        [client, "compose", "--file", "docker-compose.yml", "config", "--quiet"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
