public import Drivers
public import Model

extension KubernetesDriver {
    public func observe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostObservation {
        let cluster = try cluster(of: host, context)
        return Observation(try await Survey(cluster: cluster, host: host.id).all()).host()
    }

    /// Follows namespaces, StatefulSets and pods: whatever happens to a chain shows in one of them.
    public func signals(
        _ host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> AsyncThrowingStream<Void, any Error> {
        let cluster = try cluster(of: host, context)
        // From here on nothing is missed.
        let starts = try await inParallel(Followed.allCases) { (followed) throws(WorkError) in
            (followed, try await cluster.state(of: followed))
        }
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let following = Task {
                do throws(WorkError) {
                    _ = try await inParallel(starts) { (followed, start) throws(WorkError) in
                        try await cluster.follow(followed, from: start) { continuation.yield() }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in following.cancel() }
        }
    }
}

private enum Followed: CaseIterable {
    case namespaces, statefulSets, pods
}

extension Cluster {
    /// How long one watch lasts; then the next goes on where it ended.
    private static let watchSeconds = 240

    fileprivate func state(of followed: Followed) async throws(WorkError) -> String {
        let scope = Scope(installation)
        return switch followed {
        case .namespaces: try await list(NamespaceObject.self, scope).version
        case .statefulSets: try await list(StatefulSetObject.self, scope).version
        case .pods: try await list(PodObject.self, scope).version
        }
    }

    /// Tells of changes until the connection ends.
    fileprivate func follow(
        _ followed: Followed, from start: String, _ tell: @Sendable () -> Void
    ) async throws(WorkError) {
        var version = start
        while true {
            let seen =
                switch followed {
                case .namespaces: try await tellChanges(NamespaceObject.self, from: version, tell)
                case .statefulSets: try await tellChanges(StatefulSetObject.self, from: version, tell)
                case .pods: try await tellChanges(PodObject.self, from: version, tell)
                }
            if let seen {
                if version == seen { try await rest(Self.breath) }
                version = seen
            } else {
                try await rest(Self.breath)
                // What happened in between is unknown: something may have.
                version = try await state(of: followed)
                tell()
            }
        }
    }

    /// - Returns: the state until which everything has been told; `nil` where the cluster has forgotten that of the beginning.
    private func tellChanges<Object: ClusterObject>(
        _ type: Object.Type, from start: String, _ tell: () -> Void
    ) async throws(WorkError) -> String? {
        guard var watch = try await watch(type, Scope(installation), from: start, seconds: Self.watchSeconds) else { return nil }
        var version = start
        while let event = try await watch.next() {
            if event.kind == .error { return nil }
            version = event.version ?? version
            if event.kind != .bookmark { tell() }
        }
        return version
    }
}
