import Drivers
import Model

/// The names of the objects of one incarnation of a chain. All but the namespace are unique within it alone.
struct ObjectNames: Sendable {
    let namespace: String

    init(chain: ChainID, incarnation: Int) {
        namespace = chain.objectPrefix(incarnation: incarnation)
    }

    init(_ work: ChainWork) {
        self.init(chain: work.id, incarnation: work.desired.incarnation)
    }

    /// Quota, limits, network policy and account of the chain.
    static let chain = "chain"
    static let vault = "vault"

    static func published(_ node: String) -> String { "\(node)-published" }
    static func files(_ owner: String) -> String { "\(owner).files" }
    static func claim(_ volume: String, of node: String) -> String { "\(node).\(volume)" }
    static func task(_ task: String) -> String { "task-\(task)" }
    /// What a task has given.
    static func given(_ task: String) -> String { "task-\(task).given" }
    static func pod(_ node: String) -> String { "\(node)-0" }
}
