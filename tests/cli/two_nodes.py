"""A Ray cluster of two nodes on 127.0.0.1, as a process of its own: says its address, and obeys what it is told.

A line "remove" kills the second node, "add" brings another one in its place, "end" (or the end of the input) ends all.
The first node has as many processors as the first argument says, the second one as many as the second.
"""

import os
import sys

os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # ports of 127.0.0.1 only; read when Ray is imported
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ.setdefault("RAY_worker_niceness", "0")

from ray.cluster_utils import Cluster

first, second = map(int, sys.argv[1:])
node = {"node_ip_address": "127.0.0.1", "include_dashboard": False, "object_store_memory": 100 * 2**20}
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": first, **node})
other = cluster.add_node(num_cpus=second, **node)
sys.stdout.write(f"{cluster.address}\n")
sys.stdout.flush()
for line in sys.stdin:
    if line.strip() == "remove":
        cluster.remove_node(other, allow_graceful=False)
    elif line.strip() == "add":
        other = cluster.add_node(num_cpus=second, **node)
    else:
        break
    sys.stdout.write("done\n")
    sys.stdout.flush()
cluster.shutdown()
