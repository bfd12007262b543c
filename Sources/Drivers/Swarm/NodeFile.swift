import Drivers
import Model

/// A file of a node or task as it goes to the swarm.
struct NodeFile: Sendable {
    let planned: PlannedFile
    let content: [UInt8]
    let name: String

    /// The most bytes that a swarm keeps in a config or secret (daemons before 25.0 refuse more).
    private static let limit = 500 << 10

    /// - Throws: `badPlan` where it is too large.
    init(
        _ planned: PlannedFile, of owner: String, _ names: SwarmNames, _ references: References, _ given: GivenFiles,
        vault: SealedVault
    ) throws(WorkError) {
        self.planned = planned
        content = try references.content(of: planned, given: given)
        name = names.file(content, at: planned.path, of: owner, madeFrom: vault)
        guard content.count <= Self.limit else {
            throw WorkError(
                .terminal, .badPlan,
                "the file \(planned.path) of \(owner) has more than the \(Self.limit) bytes that a swarm keeps",
                node: owner)
        }
    }

    var isSecret: Bool {
        planned.content.contains("${secret.") || planned.content.contains("${identity.") && planned.content.contains(".key}")
    }

    var kind: ObjectReference.Kind { isSecret ? .secret : .config }

    var place: ServiceSpec.File {
        .init(name: planned.path, uid: String(planned.owner), gid: String(planned.group), mode: planned.mode)
    }
}
