import Drivers
import Model

extension ChainGround {
    func labels(of node: PlannedNode) -> ObjectLabels {
        ObjectLabels(work, on: host.id, of: installation, node: node)
    }

    /// A fixed address for a node, by which the others know it; `nil` for a node without ports.
    func service(of node: PlannedNode) -> Manifest? {
        var seen: Set<Int> = []
        let ports = node.ports.filter { seen.insert($0.container).inserted }
        guard !ports.isEmpty else { return nil }
        return manifest(
            .services, node.name, labels: labels(of: node),
            [
                "spec": [
                    "type": "ClusterIP", "selector": [ObjectLabels.Name.node: .string(node.name)],
                    // Nodes find one another before they are healthy.
                    "publishNotReadyAddresses": true,
                    "ports": .array(
                        ports.map {
                            [
                                "name": .string($0.name), "protocol": "TCP", "port": .integer($0.container),
                                "targetPort": .integer($0.container),
                            ]
                        }),
                ]
            ])
    }

    /// The ports that the ledger assigned, on every machine of the cluster; `nil` for a node that publishes none.
    func publishedService(of node: PlannedNode) throws(WorkError) -> Manifest? {
        guard !node.publishedPorts.isEmpty else { return nil }
        let ports = try node.publishedPorts.map { (port) throws(WorkError) -> JSONValue in
            guard let published = work.port(of: node.name, port.name) else {
                throw WorkError(.terminal, .badPlan, "the port \(port.name) of \(node.name) has no number", node: node.name)
            }
            return [
                "name": .string(port.name), "protocol": "TCP", "port": .integer(published),
                "targetPort": .integer(port.container), "nodePort": .integer(published),
            ]
        }
        return manifest(
            .services, ObjectNames.published(node.name), labels: labels(of: node),
            [
                "spec": [
                    "type": "NodePort", "selector": [ObjectLabels.Name.node: .string(node.name)],
                    "publishNotReadyAddresses": true, "ports": .array(ports),
                ]
            ])
    }

    /// What is kept of a node; none where the host's volumes are as short-lived as pods.
    func claims(of node: PlannedNode) -> [Manifest] {
        guard !host.settings.ephemeralVolumes else { return [] }
        return node.volumes.map { volume in
            var spec: [String: JSONValue] = [
                "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(String(volume.size))]],
            ]
            if let name = host.settings.storageClass { spec["storageClassName"] = .string(name) }
            return manifest(
                .claims, ObjectNames.claim(volume.name, of: node.name), labels: labels(of: node), ["spec": .object(spec)])
        }
    }

    func statefulSet(of node: PlannedNode, start: Bool, _ parts: PodParts) throws(WorkError) -> Manifest {
        let labels = labels(of: node)
        var annotations = labels.annotations
        annotations[ClusterLabels.fingerprint] = parts.fingerprint
        if let expiry = parts.certificatesExpireAt { annotations[ObjectLabels.Name.expires] = String(expiry) }
        if let grace = node.probe?.grace { annotations[ClusterLabels.grace] = String(grace) }
        var manifest = manifest(
            .statefulSets, node.name, labels: labels,
            [
                "spec": [
                    "replicas": .integer(start ? 1 : 0), "serviceName": .string(node.name),
                    "selector": ["matchLabels": [ObjectLabels.Name.node: .string(node.name)]],
                    "template": ["metadata": ["labels": .texts(labels.selectable)], "spec": try pod(of: node, parts)],
                ]
            ])
        manifest.annotations = annotations
        return manifest
    }

    private func pod(of node: PlannedNode, _ parts: PodParts) throws(WorkError) -> JSONValue {
        let files = FileMounts(node.files, of: node.name)
        let volumes = node.volumes.map { volume -> JSONValue in
            let name: JSONValue = .string("volume-\(volume.name)")
            if host.settings.ephemeralVolumes { return ["name": name, "emptyDir": [:]] }
            let claim: JSONValue = .string(ObjectNames.claim(volume.name, of: node.name))
            return ["name": name, "persistentVolumeClaim": ["claimName": claim]]
        }
        let mounts = node.volumes.map { volume -> JSONValue in
            ["name": .string("volume-\(volume.name)"), "mountPath": .string(volume.path)]
        }
        var container: [String: JSONValue] = [
            "name": "node", "image": .string(node.image), "imagePullPolicy": PodParts.pull(node.image),
            "args": try parts.words(node.command), "env": try parts.environment(node.environment),
            "resources": node.resources.json, "securityContext": PodParts.confined,
            "volumeMounts": .array(mounts + files.mounts),
        ]
        var ports: Set<Int> = []
        container["ports"] = .array(
            node.ports.filter { ports.insert($0.container).inserted }.map {
                ["containerPort": .integer($0.container), "protocol": "TCP"]
            })
        if let probe = node.probe {
            container["startupProbe"] = try probe.startup(parts)
            container["readinessProbe"] = try probe.readiness(parts)
        }
        return parts.pod(
            container, user: node.user, volumes: volumes + files.volumes, restarts: "Always", grace: PodParts.grace,
            aliases: parts.aliases(except: node)
        )
    }
}

extension PlannedProbe {
    /// Until it has passed once, it is asked every second, however long that takes: a node that is slow to start is not restarted.
    fileprivate func startup(_ parts: PodParts) throws(WorkError) -> JSONValue {
        try json(parts, every: 1, failures: 1_000_000)
    }

    fileprivate func readiness(_ parts: PodParts) throws(WorkError) -> JSONValue {
        try json(parts, every: interval, failures: 3)
    }

    private func json(_ parts: PodParts, every seconds: Int, failures: Int) throws(WorkError) -> JSONValue {
        var probe: [String: JSONValue] = [
            "periodSeconds": .integer(seconds), "timeoutSeconds": .integer(timeout), "failureThreshold": .integer(failures),
            "successThreshold": 1,
        ]
        switch check {
        case .exec(let command): probe["exec"] = ["command": .texts(try parts.resolved(command))]
        case .tcp(let port): probe["tcpSocket"] = ["port": .integer(port)]
        case .http(let http):
            probe["httpGet"] = ["port": .integer(http.port), "path": .string(http.path), "scheme": "HTTP"]
        }
        return .object(probe)
    }
}
