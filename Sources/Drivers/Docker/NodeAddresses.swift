import DockerEngine
import Model

/// Who has which address of the chain's subnet: the first is the gateway's, then come the nodes and then the tasks, in the plan's
/// order.
///
/// Addresses are fixed, and everybody knows the nodes from his hosts file: names resolve before a node is up and without any name
/// server, and peers keep the address of a node that was replaced.
struct NodeAddresses: Sendable {
    let subnet: Subnet
    let gateway: String
    private let nodes: [(node: PlannedNode, address: String)]
    private let tasks: [(task: String, address: String)]

    init(_ work: ChainWork) throws(WorkError) {
        guard let subnet = Subnet(work.subnet) else {
            throw WorkError(.terminal, .badPlan, "\(work.subnet) is no IPv4 subnet in CIDR form")
        }
        let plan = work.plan
        let offsets = 0...(plan.nodes.count + plan.tasks.count)
        let usable = offsets.compactMap { subnet.address(at: $0 + 1) }
        guard usable.count == offsets.count else {
            throw WorkError(
                .terminal, .badPlan,
                "the subnet \(subnet) is too small for \(plan.nodes.count) nodes and \(plan.tasks.count) tasks")
        }
        self.subnet = subnet
        gateway = usable[0]
        nodes = Array(zip(plan.nodes, usable.dropFirst()))
        tasks = zip(plan.tasks, usable.dropFirst(1 + plan.nodes.count)).map { ($0.name, $1) }
    }

    func address(of node: String) -> String? {
        nodes.first { $0.node.name == node }?.address
    }

    func address(ofTask task: String) -> String? {
        tasks.first { $0.task == task }?.address
    }

    /// Lines for a hosts file: all names of all nodes. A node's own first name is its host name; Docker writes that line itself.
    func hosts(of node: String? = nil) -> [String] {
        nodes.flatMap { entry in
            let names = entry.node.name == node ? entry.node.names : [entry.node.name] + entry.node.names
            return names.map { "\($0):\(entry.address)" }
        }
    }
}
