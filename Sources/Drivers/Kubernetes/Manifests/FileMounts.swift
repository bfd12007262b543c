import Drivers
import Model

/// How the files of a node or task get to their places: one volume of a Secret, and one for each task that gives some; each file
/// is mounted by itself, read-only, so that its folder stays the image's.
struct FileMounts {
    let volumes: [JSONValue]
    let mounts: [JSONValue]

    init(_ files: [PlannedFile], of owner: String) {
        let keyed = files.enumerated().map { (key: Self.key($0), file: $1) }
        let own = keyed.filter { $0.file.given == nil }
        var volumes: [JSONValue] = []
        if !own.isEmpty {
            let items = own.map { Self.item($0.key, as: $0.key, $0.file) }
            volumes.append(
                ["name": "files", "secret": ["secretName": .string(ObjectNames.files(owner)), "items": .array(items)]])
        }
        for (task, given) in Dictionary(grouping: keyed, by: { $0.file.given?.task }).sorted(by: { $0.key ?? "" < $1.key ?? "" })
        {
            guard let task else { continue }
            let items = given.map { Self.item($0.file.given?.file ?? "", as: $0.key, $0.file) }
            volumes.append(
                [
                    "name": .string("given-\(task)"),
                    "configMap": ["name": .string(ObjectNames.given(task)), "items": .array(items)],
                ])
        }
        self.volumes = volumes
        mounts = keyed.map { key, file in
            [
                "name": .string(file.given.map { "given-\($0.task)" } ?? "files"), "mountPath": .string(file.path),
                "subPath": .string(key), "readOnly": true,
            ]
        }
    }

    static func key(_ index: Int) -> String { "file\(index)" }

    private static func item(_ key: String, as path: String, _ file: PlannedFile) -> JSONValue {
        ["key": .string(key), "path": .string(path), "mode": .integer(file.mode)]
    }
}

extension ChainGround {
    /// The Secret with the files of a node or task, secrets and keys put into their places; `nil` where it has none of its own.
    func files(
        _ files: [PlannedFile], of owner: String, labels: ObjectLabels, _ references: References
    ) throws(WorkError) -> Manifest? {
        var data: [String: JSONValue] = [:]
        for (index, file) in files.enumerated() where file.given == nil {
            data[FileMounts.key(index)] = .base64(Array(try references.resolve(file.content).utf8))
        }
        guard !data.isEmpty else { return nil }
        return manifest(
            .secrets, ObjectNames.files(owner), labels: labels, ["type": "Opaque", "data": .object(data)])
    }
}
