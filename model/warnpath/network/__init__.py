"""The network: graph, sharing policy and its proof, compliant routes, contingencies, checks."""
