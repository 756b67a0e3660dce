"""Runs one of AWS's rotation templates, as it is, behind Lambda's Invoke API on loopback.

  warm FOLDER     imports it once, and prints the port; ends when standard input does
  cold FOLDER     the same, with a new process for each invocation
  once FOLDER     such a process: the event comes on standard input, the outcome goes to standard output
  packages A=B …  tells as JSON which versions of packages A are there, and whose module B cannot be imported
"""

import importlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Where Amazon Linux keeps its roots, and where the templates look for them.
ROOTS = "/etc/pki/tls/cert.pem"


def load(folder):
    sys.path.insert(0, folder)
    # As on Lambda, where the folder cannot be written. What it imports is compiled already.
    sys.dont_write_bytecode = True
    handler = importlib.import_module("lambda_function").lambda_handler
    if "pgdb" in sys.modules:
        trust_local_roots(sys.modules["pgdb"])
    if "pymysql" in sys.modules:
        pymysql = sys.modules["pymysql"]
        trust_local_roots(pymysql, cursorclass=older(pymysql.cursors.Cursor))
    return handler


def trust_local_roots(driver, **more):
    """The authority of the local server stands for those of Amazon Linux."""
    connect = driver.connect
    ours = os.environ.get("DATABASE_CA_BUNDLE")

    def connect_here(*args, **options):
        if options.get("sslrootcert") == ROOTS:
            options["sslrootcert"] = ours
        if (options.get("ssl") or {}).get("ca") == ROOTS:
            options["ssl"] = {**options["ssl"], "ca": ours}
        return connect(*args, **options, **more)

    driver.connect = connect_here


def older(cursor):
    """AWS's template for MySQL sends a statement of MySQL 5 to version 9, and fails: it is told that 9 is 8."""

    class Older(cursor):
        def fetchone(self):
            row = super().fetchone()
            is_nine = row and isinstance(row[0], str) and row[0].startswith("9.")
            return ("8" + row[0][1:],) if is_nine else row

    return Older


def outcome_of(handler, event):
    try:
        return {"payload": handler(event, None)}
    except Exception as error:
        return {"error": {"errorType": type(error).__name__, "errorMessage": str(error)}}


def invoker(mode, folder):
    if mode == "warm":
        handler = load(folder)
        return lambda body: outcome_of(handler, json.loads(body))
    command = [sys.executable, __file__, "once", folder]

    def invoke(body):
        done = subprocess.run(command, input=body, capture_output=True)
        if done.returncode != 0:
            complaint = done.stderr.decode()[-2000:]
            return {"error": {"errorType": "Runtime.ExitError", "errorMessage": complaint}}
        return json.loads(done.stdout)

    return invoke


def serve(invoke):
    class Invocation(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet for an answer: nothing waits for an acknowledgement.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self):
            outcome = invoke(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(outcome.get("error", outcome.get("payload"))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if "error" in outcome:
                self.send_header("x-amz-function-error", "Unhandled")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Invocation)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


def tell_packages(packages):
    versions = [f"Python {platform.python_version()}"]
    missing = []
    for package, module in (each.split("=") for each in packages):
        try:
            importlib.import_module(module)
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except ImportError:
            missing.append(package)
    print(json.dumps({"runtime": ", ".join(versions), "missing": missing}))


if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    if mode == "packages":
        tell_packages(rest)
    elif mode == "once":
        print(json.dumps(outcome_of(load(rest[0]), json.load(sys.stdin))))
    else:
        serve(invoker(mode, rest[0]))
