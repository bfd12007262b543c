import Drivers
import Model

/// The names of the objects of one incarnation of a chain. The daemon keeps names of containers and volumes unique.
struct ObjectNames {
    private let prefix: String

    init(chain: ChainID, incarnation: Int) {
        prefix = chain.objectPrefix(incarnation: incarnation)
    }

    init(_ work: ChainWork) {
        self.init(chain: work.id, incarnation: work.desired.incarnation)
    }

    var network: String { prefix }
    var vault: String { "\(prefix).vault" }

    func container(_ node: String) -> String { "\(prefix)-\(node)" }
    /// No node's container has a name like it.
    func task(_ name: String) -> String { "\(prefix).task-\(name)" }
    func volume(_ name: String, of node: String) -> String { "\(prefix)-\(node).\(name)" }
}
