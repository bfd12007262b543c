import Curl
import DockerEngine
public import Drivers
public import Model

extension SwarmDriver {
    public func remove(
        _ objects: [ObjectReference], on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) {
        let daemon = try await daemon(of: host, context)
        let ours = try await inParallel(objects) { (object) throws(WorkError) in
            try await isOurs(object, daemon) ? object : nil
        }
        try await Removal(daemon: daemon, patience: patience.stopping).remove(ours.compactMap { $0 })
    }

    /// The object's own labels decide, as they are now: an id that somebody names proves nothing.
    private func isOurs(_ object: ObjectReference, _ daemon: Daemon) async throws(WorkError) -> Bool {
        let labels: [String: String]? =
            switch object.kind {
            case .service: try await daemon.service(object.id)?.labels
            case .network: try await daemon.network(object.id)?.labels
            case .config: try await daemon.config(object.id)?.labels
            case .secret: try await daemon.secret(object.id)?.labels
            case .volume: try await daemon.volume(object.id)?.labels
            case .container, .namespace: nil
            }
        return labels.flatMap { ObjectLabels($0) }?.installation == daemon.installation
    }
}
