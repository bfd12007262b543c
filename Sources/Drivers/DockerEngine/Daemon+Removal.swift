import Curl
import Drivers
package import Model

extension Daemon {
    /// Removes objects by their ids, containers first, all at the same time, and what they hold on to after them.
    /// What is gone already is no error; what is still held is tried again for as long as `patience` says.
    package func remove(_ objects: [ObjectReference], patience: Duration) async throws(WorkError) {
        for kind in [ObjectReference.Kind.container, .network, .volume] {
            let ids = objects.filter { $0.kind == kind }.map(\.id)
            _ = try await inParallel(ids) { (id) throws(WorkError) in
                try await settle(within: patience) { (isLast) throws(WorkError) in
                    try await remove(kind, id, mustSucceed: isLast)
                }
            }
        }
    }

    /// - Returns: whether it is gone.
    private func remove(_ kind: ObjectReference.Kind, _ id: String, mustSucceed: Bool) async throws(WorkError) -> Bool {
        let answer = try await call("DELETE", Self.path(of: kind, id))
        // 409: a container that somebody else is removing, a volume in use. 403: a network with endpoints.
        if [403, 409].contains(answer.status), !mustSucceed { return false }
        try answer.expect("removing the \(kind.rawValue) \(id.prefix(12))", also: 404)
        return true
    }

    private static func path(of kind: ObjectReference.Kind, _ id: String) -> String {
        switch kind {
        case .container: Request.path("containers", id, query: [("force", "1"), ("v", "1")])
        case .network: Request.path("networks", id)
        default: Request.path("volumes", id)
        }
    }
}
