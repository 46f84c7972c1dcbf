"""Health check of the web and ingest containers: ends with 0 when /healthz answers 200."""

import http.client
import os
import sys
from urllib.parse import urlsplit

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
connection.request("GET", "/healthz", headers={"Host": urlsplit(os.environ["BASE_URL"]).netloc})
sys.exit(connection.getresponse().status != http.client.OK)
