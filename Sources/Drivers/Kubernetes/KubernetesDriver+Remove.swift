public import Drivers
public import Model

extension KubernetesDriver {
    public func remove(
        _ objects: [ObjectReference], on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) {
        let cluster = try cluster(of: host, context)
        let ours = try await inParallel(objects.compactMap { ObjectAddress($0) }) { (address) throws(WorkError) in
            try await cluster.isOurs(address) ? address : nil
        }
        try await Removal(cluster: cluster, patience: patience).remove(ours.compactMap { $0 })
    }
}

extension Cluster {
    /// The object's own labels decide, as they are now: an id that somebody names proves nothing.
    fileprivate func isOurs(_ address: ObjectAddress) async throws(WorkError) -> Bool {
        switch address.resource {
        case .namespaces: isOurs(try await get(NamespaceObject.self, address.name), address)
        case .statefulSets: isOurs(try await get(StatefulSetObject.self, address.name, in: address.namespace), address)
        default: isOurs(try await get(JobObject.self, address.name, in: address.namespace), address)
        }
    }

    private func isOurs(_ object: (any ClusterObject)?, _ address: ObjectAddress) -> Bool {
        object?.metadata.uid == address.uid && object?.ours?.installation == installation
    }
}
