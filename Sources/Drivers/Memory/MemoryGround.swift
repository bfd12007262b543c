internal import Drivers
internal import Model

/// What all containers of a chain have in common when they are made.
struct MemoryGround {
    let work: ChainWork
    let host: HostTarget
    let client: MemoryClient
    let vault: Vault
    let tasks: TaskPlan

    private var references: References { References(work, on: host, vault: vault) }

    func creation(of node: PlannedNode, _ given: GivenFiles) throws(WorkError) -> MemoryObject.Creation {
        let labels = ObjectLabels(work, on: host.id, of: client.context.installation, node: node)
        return MemoryObject.Creation(
            MemoryObject.Spec(
                kind: .container, name: work.objectName(node.name), labels: labels.dictionary, image: node.image,
                names: [node.name] + node.names, ports: work.ports.filter { $0.node == node.name }),
            inside: try inside(node.command, node.files, given))
    }

    func creation(of task: PlannedTask, _ given: GivenFiles) throws(WorkError) -> MemoryObject.Creation {
        let labels = ObjectLabels(work, on: host.id, of: client.context.installation, task: task)
        return MemoryObject.Creation(
            MemoryObject.Spec(
                kind: .container, name: work.objectName("task-\(task.name)"), labels: labels.dictionary, image: task.image),
            inside: try inside(task.command, task.files, given))
    }

    private func inside(
        _ command: [String], _ files: [PlannedFile], _ given: GivenFiles
    ) throws(WorkError) -> MemoryObject.Inside {
        let references = references
        var inside = MemoryObject.Inside()
        for word in command { inside.command.append(try references.resolvePublic(word)) }
        for file in files {
            inside.files.append(
                MemoryObject.File(
                    path: file.path, content: try references.content(of: file, given: given), mode: file.mode, owner: file.owner,
                    group: file.group))
        }
        return inside
    }

    /// The tasks' files among `files`, read out of their logs.
    func given(to files: [PlannedFile]) async throws(WorkError) -> GivenFiles {
        let givers = Set(files.compactMap(\.given?.task))
        var given = GivenFiles()
        for step in tasks.steps where givers.contains(step.task.name) {
            guard let record = tasks.record(of: step.task.name) else { continue }
            try given.take(try await output(of: record), of: step.task)
        }
        return given
    }

    /// One that ended well and did not give what it should is not done: its record goes.
    func check(_ container: MemoryObject, gives task: PlannedTask) async throws(WorkError) {
        var given = GivenFiles()
        do {
            try given.take(try await output(of: container.id), of: task)
        } catch {
            throw await error.afterTidying { () throws(WorkError) in try await client.remove(container.reference) }
        }
    }

    func failure(of task: PlannedTask, _ id: String, _ what: String) async throws(WorkError) -> WorkError {
        let log = try await client.log(of: id).suffix(30).map(\.text).joined(separator: "\n")
        return .failed(task, what, log: Blotter(hiding: vault).blot(log))
    }

    private func output(of id: String) async throws(WorkError) -> [UInt8] {
        Array(try await client.log(of: id).map(\.text).joined(separator: "\n").utf8)
    }
}
