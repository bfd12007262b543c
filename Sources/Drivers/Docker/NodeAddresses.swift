import DockerEngine
import Model

/// Which node has which address of the chain's subnet: the first is the gateway's, then come the nodes in the plan's order.
///
/// Addresses are fixed, and every node knows the others from its hosts file: names resolve before a node is up and without any
/// name server, and peers keep the address of a node that was replaced.
struct NodeAddresses {
    let subnet: Subnet
    let gateway: String
    private let addresses: [(node: String, address: String)]

    init(_ work: ChainWork) throws(WorkError) {
        guard let subnet = Subnet(work.subnet) else {
            throw WorkError(.terminal, .badPlan, "\(work.subnet) is no IPv4 subnet in CIDR form")
        }
        let offsets = 0...work.plan.nodes.count
        let usable = offsets.compactMap { subnet.address(at: $0 + 1) }
        guard usable.count == offsets.count else {
            throw WorkError(.terminal, .badPlan, "the subnet \(subnet) is too small for \(work.plan.nodes.count) nodes")
        }
        self.subnet = subnet
        gateway = usable[0]
        addresses = zip(work.plan.nodes, usable.dropFirst()).map { ($0.name, $1) }
    }

    func address(of node: String) -> String? {
        addresses.first { $0.node == node }?.address
    }

    /// Lines for a node's hosts file: all nodes but itself.
    func hosts(except node: String) -> [String] {
        addresses.filter { $0.node != node }.map { "\($0.node):\($0.address)" }
    }
}
