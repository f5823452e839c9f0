"""What the benches' drivers share: ports, waiting for a server, ending it, medians."""
import socket
import statistics
import subprocess
import time


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("a server did not start")


def end(server: subprocess.Popen) -> None:
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def median(runs: list):
    """Of each number in answers of one shape."""
    bad = [r for r in runs if isinstance(r, dict) and "trouble" in r]
    if bad:
        return bad[0]
    if isinstance(runs[0], dict):
        return {key: median([r[key] for r in runs]) for key in runs[0]}
    return statistics.median(runs) if isinstance(runs[0], (int, float)) else runs[0]
