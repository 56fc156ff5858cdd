"""Configuration of a real JupyterHub beside ours: no proxy process, servers that only answer, one service with a token."""

import os
import sys

from jupyterhub.proxy import Proxy


class RoutesInMemory(Proxy):
    """Keeps routes where the hub can ask for them; nobody is routed anywhere."""

    should_start = False
    routes = {}

    async def add_route(self, routespec, target, data):
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)

    async def get_all_routes(self):
        return dict(self.routes)


here = os.getcwd()
port = os.environ["PEER_PORT"]
c = get_config()  # noqa: F821
c.JupyterHub.bind_url = f"http://127.0.0.1:{int(port) + 1}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port}"
c.JupyterHub.proxy_class = RoutesInMemory
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "pw"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {"admin"}
c.JupyterHub.allow_named_servers = True
c.JupyterHub.named_server_limit_per_user = 2
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = here + "/home/{username}"
c.Spawner.cmd = [sys.executable, os.environ["PEER_SERVER"]]
c.Spawner.start_timeout = 60
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
c.JupyterHub.db_url = f"sqlite:///{here}/hub.sqlite"
c.JupyterHub.cookie_secret_file = here + "/secret"
with open(here + "/token") as file:
    c.JupyterHub.services = [{"name": "tests", "api_token": file.read().strip()}]
c.JupyterHub.load_roles = [{"name": "tests", "services": ["tests"], "scopes": ["admin:users", "tokens"]}]
