import DockerEngine
public import Drivers
public import Model

extension DockerDriver {
    public func remove(
        _ objects: [ObjectReference], on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) {
        let daemon = try await daemon(of: host, context)
        let ours = try await inParallel(objects) { (object) throws(WorkError) in
            try await isOurs(object, daemon) ? object : nil
        }
        try await daemon.remove(ours.compactMap { $0 }, patience: patience.settling)
    }

    /// The object's own labels decide, as they are now: an id that somebody names proves nothing.
    private func isOurs(_ object: ObjectReference, _ daemon: Daemon) async throws(WorkError) -> Bool {
        let labels: [String: String]? =
            switch object.kind {
            case .container: try await daemon.container(object.id)?.config.labels
            case .network: try await daemon.network(object.id)?.labels
            case .volume: try await daemon.volume(object.id)?.labels
            case .service, .config, .secret, .namespace: nil
            }
        return labels.flatMap { ObjectLabels($0) }?.installation == daemon.installation
    }
}
