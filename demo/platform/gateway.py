"""The gateway: nginx in front of everything, asking the guard about each request."""

from __future__ import annotations

import json
import os
import shutil

from .layout import LOOPBACK, Place, Settings

_TEMPLATE = r"""
daemon off;
# One process: when it is killed, no worker lives on with the port in its hand.
master_process off;
{user}
pid {run}/nginx.pid;
error_log {logs}/gateway-errors.log warn;
events {{ worker_connections 512; }}
http {{
  access_log off;
  default_type application/octet-stream;
  server_tokens off;
  client_body_temp_path {run}/nginx-body;
  proxy_temp_path {run}/nginx-proxy;
  fastcgi_temp_path {run}/nginx-fastcgi;
  uwsgi_temp_path {run}/nginx-uwsgi;
  scgi_temp_path {run}/nginx-scgi;
  keepalive_timeout 65;
  sendfile on;
  # Who did what; a secret in an address is not written down.
  map $args $shown_args {{
    default $args;
    "~*(token|secret|password|passwd|code|key|tk)=" "(withheld)";
  }}
  map $remote_user $guard_user {{ default ""; }}
  map $remote_user $guard_roles {{ default ""; }}
  map $remote_user $guard_denied {{ default '{{"error":"not_allowed"}}'; }}
  log_format who escape=json '{{"time":"$time_iso8601","user":"$guard_user",'
    '"roles":"$guard_roles","method":"$request_method","path":"$uri","arguments":"$shown_args",'
    '"status":$status,"bytes":$bytes_sent,"seconds":$request_time}}';
  map $http_host $seen_host {{ default $http_host; "" "{authority}"; }}

  upstream guard {{ server unix:{run}/guard.sock; keepalive 16; }}
  upstream identity {{ server {loopback}:{identity}; keepalive 8; }}
  upstream catalogue {{ server unix:{run}/catalogue.sock; }}
  upstream uploads {{ server unix:{run}/uploads.sock; }}
  upstream intake {{ server unix:{run}/intake.sock; }}

  # What the guard lets in at its door, and our own health checks; reachable by our user only.
  server {{
    listen unix:{run}/inner.sock;
    client_max_body_size 64m;
    location /ows/onemap {{ include {run}/fastcgi.conf; fastcgi_pass unix:{run}/onemap.sock; }}
    location /ows/intake {{ include {run}/fastcgi.conf; fastcgi_pass unix:{run}/staging.sock; }}
    location /wcs {{ include {run}/fastcgi.conf; fastcgi_pass unix:{run}/coverages.sock; }}
    location = /csw {{ proxy_pass http://catalogue; proxy_set_header Host $seen_host; }}
    location = /health {{ return 200 "ready"; }}
  }}

  server {{
    listen {loopback}:{gateway}{ssl};
    {certificate}
    server_name _;
    access_log {logs}/gateway.log who;
    client_max_body_size 64m;
    client_body_timeout 120s;
    send_timeout 120s;
    {errors}

    location = /_guard {{
      internal;
      proxy_pass http://guard/authorise;
      proxy_pass_request_body off;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
      proxy_set_header Content-Type "";
      proxy_set_header X-Original-URI $request_uri;
      proxy_set_header X-Original-Method $request_method;
    }}
    location @unknown {{
      default_type application/json;
      add_header WWW-Authenticate 'Bearer realm="onemap"' always;
      return 401 $guard_denied;
    }}
    location @refused {{
      default_type application/json;
      return 403 $guard_denied;
    }}
    location @unavailable {{
      default_type application/json;
      add_header Retry-After 1 always;
      return 503 '{unavailable}';
    }}
    location @door {{
      # The document is read there; the address as it was sent goes along in a header.
      rewrite ^ /door? break;
      proxy_pass http://guard;
      proxy_http_version 1.1;
      proxy_read_timeout 120s;
      proxy_set_header Connection "";
      proxy_set_header Host $seen_host;
      proxy_set_header X-Original-URI $request_uri;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}

    location = / {{
      default_type application/json;
      return 200 '{{"title":{{"zh":"演示平台","en":"Demo platform"}},"issuer":"{issuer}"}}';
    }}
    location = /health {{ default_type text/plain; return 200 "ready"; }}

    location ^~ /id/api/oidc/revoke {{
      limit_except POST {{ deny all; }}
      proxy_pass http://guard/revoke;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
    location /id/ {{
      proxy_pass http://identity/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $seen_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
    location = /timestamp {{
      limit_except POST {{ deny all; }}
      client_max_body_size 64k;
      proxy_pass http://guard/timestamp;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}

    {ows}
    location = /csw {{
      {errors} error_page 418 = @door;
      if ($request_method = POST) {{ return 418; }}
      {asked}
      proxy_pass http://catalogue;
      proxy_set_header Host $seen_host;
      proxy_set_header Authorization "";
    }}
    location = /wcs {{
      {asked}
      include {run}/fastcgi.conf;
      fastcgi_pass unix:{run}/coverages.sock;
    }}
    location /files {{
      {asked}
      client_max_body_size 0;
      proxy_pass http://uploads;
      proxy_http_version 1.1;
      # What has arrived is kept even when the rest does not come.
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_read_timeout 300s;
      proxy_set_header Host $seen_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Onemap-User $guard_user;
      proxy_set_header X-Onemap-Roles $guard_roles;
      proxy_set_header Authorization "";
    }}
    location ~ ^/(receipts/|audit$) {{
      {asked}
      proxy_pass http://intake;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $seen_host;
      proxy_set_header X-Onemap-User $guard_user;
      proxy_set_header X-Onemap-Roles $guard_roles;
      proxy_set_header Authorization "";
    }}
    location / {{ default_type application/json; return 404 '{{"error":"not_found"}}'; }}
  }}
}}
"""
_UNAVAILABLE = {
    "error": "unavailable",
    "message": {
        "zh": "服务暂时不可用，请稍后再试。",
        "en": "The service is not available for the moment. Please try again shortly.",
    },
}
_ERRORS = (
    "error_page 401 = @unknown; error_page 403 = @refused; error_page 500 502 504 = @unavailable;"
)
_ASKED = """auth_request /_guard;
      auth_request_set $guard_user $upstream_http_x_onemap_user;
      auth_request_set $guard_roles $upstream_http_x_onemap_roles;
      auth_request_set $guard_denied $upstream_http_x_onemap_denied;"""
_OWS = """
    location {wfs3} {{
      {asked}
      include {run}/fastcgi.conf;
      fastcgi_pass unix:{run}/{socket}.sock;
    }}
    location {path} {{
      {errors} error_page 418 = @door;
      if ($request_method = POST) {{ return 418; }}
      {asked}
      include {run}/fastcgi.conf;
      fastcgi_pass unix:{run}/{socket}.sock;
    }}"""
_FASTCGI = """
fastcgi_param QUERY_STRING $query_string;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE $content_type;
fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param SCRIPT_NAME {script};
fastcgi_param REQUEST_URI $request_uri;
fastcgi_param DOCUMENT_URI $document_uri;
fastcgi_param SERVER_PROTOCOL $server_protocol;
fastcgi_param REQUEST_SCHEME {scheme};
fastcgi_param HTTPS {https};
fastcgi_param GATEWAY_INTERFACE CGI/1.1;
fastcgi_param REMOTE_ADDR 127.0.0.1;
fastcgi_param REMOTE_USER $guard_user;
fastcgi_param SERVER_ADDR 127.0.0.1;
fastcgi_param SERVER_PORT {port};
fastcgi_param SERVER_NAME {name};
fastcgi_param HTTP_HOST $seen_host;
fastcgi_param HTTP_AUTHORIZATION "";
fastcgi_param HTTP_COOKIE "";
fastcgi_param HTTP_PROXY "";
fastcgi_param HTTP_ACCEPT $http_accept;
# The library of FastCGI replaces a server's environment by these at every request.
fastcgi_param PGSERVICEFILE {data}/pg_service.conf;
fastcgi_param PGPASSFILE {data}/services.pgpass;
fastcgi_param HOME {folder}/qgis;
fastcgi_param PROJ_LIB /usr/share/proj;
fastcgi_read_timeout 120s;
fastcgi_buffers 64 64k;
fastcgi_max_temp_file_size 1024m;
"""


def program() -> str:
    """Path of nginx.

    Raises
    ------
    FileNotFoundError
        When it is not installed.
    """
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not found:
        raise FileNotFoundError("nginx is not installed (package nginx-light)")
    return found


def command(place: Place) -> list[str]:
    """The server in the foreground; its own prefix, so that it looks nowhere else."""
    return [program(), "-p", str(place.run), "-c", str(place.run / "nginx.conf"), "-e", "stderr"]


def address(settings: Settings) -> str:
    """Where the gateway is, without a slash at the end."""
    return f"http{'s' if settings.tls else ''}://{LOOPBACK}:{settings.ports['gateway']}"


def configure(place: Place, settings: Settings, issuer: str) -> None:
    """Write nginx's configuration for these ports."""
    run, ports = place.run, settings.ports
    pem = place.certificates
    ows = "".join(
        _OWS.format(
            wfs3=f"~ ^/ows/{name}/wfs3(/|$)",
            path=f"~ ^/ows/{name}/?$",
            asked=_ASKED,
            errors=_ERRORS,
            run=run,
            socket=socket,
        )
        for name, socket in (("onemap", "onemap"), ("intake", "staging"))
    )
    secure = f"ssl_certificate {pem}/gateway.pem; ssl_certificate_key {pem}/gateway.key;"
    text = _TEMPLATE.format(
        user="user root;" if os.geteuid() == 0 else "",
        run=run,
        logs=place.logs,
        loopback=LOOPBACK,
        authority=f"{LOOPBACK}:{ports['gateway']}",
        gateway=ports["gateway"],
        identity=ports["identity"],
        ssl=" ssl" if settings.tls else "",
        certificate=secure if settings.tls else "",
        issuer=issuer,
        asked=_ASKED,
        errors=_ERRORS,
        ows=ows,
        unavailable=json.dumps(_UNAVAILABLE, ensure_ascii=False),
    )
    (run / "nginx.conf").write_text(text, encoding="utf-8")
    fastcgi = _FASTCGI.format(
        script='""',
        scheme="https" if settings.tls else "http",
        https="on" if settings.tls else '""',
        port=ports["gateway"],
        name=LOOPBACK,
        data=place.data,
        folder=place.folder,
    )
    (run / "fastcgi.conf").write_text(fastcgi, encoding="utf-8")
