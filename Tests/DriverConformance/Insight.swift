import DockerSupport
import Drivers
import Model

/// A file as it lies inside a node.
struct InnerFile: Equatable {
    var content: String
    var mode: Int
    var owner: Int
    var group: Int
}

/// Looks into nodes as an operator can, and knows what makes nodes and tasks of this kind behave as a test wants it.
protocol Insight: Sendable {
    func file(_ path: String, in node: ObservedNode, of work: ChainWork) async throws -> InnerFile
    /// Makes the node's own program write a line.
    func say(_ line: String, in node: ObservedNode, of work: ChainWork) async throws
    /// Whether the node finds another node by that name.
    func finds(_ name: String, in node: ObservedNode, of work: ChainWork) async throws -> Bool
    /// What ran, or runs, a task on the host: the ids of containers or Jobs.
    func runs(of task: String, _ work: ChainWork) async throws -> [String]
    /// A task that writes these lines and ends with that code.
    func task(_ name: String, _ stage: PlannedTask.Stage, says lines: [String], exitCode: Int) -> PlannedTask
    /// A task that never ends by itself.
    func endlessTask(_ name: String, _ stage: PlannedTask.Stage) -> PlannedTask
    /// The node, never healthy.
    func sick(_ node: PlannedNode) -> PlannedNode
}

/// Where commands can be run inside nodes, which have the test image.
protocol ShellInsight: Insight {
    func run(_ command: [String], in node: ObservedNode, of work: ChainWork) async throws -> String
}

extension ShellInsight {
    private func shell(_ script: String, in node: ObservedNode, of work: ChainWork) async throws -> String {
        try await run(["/bin/sh", "-c", script], in: node, of: work)
    }

    func file(_ path: String, in node: ObservedNode, of work: ChainWork) async throws -> InnerFile {
        let facts = try await shell("busybox stat -L -c '%a %u %g' \(path)", in: node, of: work).split { " \n".contains($0) }
        guard facts.count == 3, let mode = Int(facts[0], radix: 8), let owner = Int(facts[1]), let group = Int(facts[2]) else {
            throw Unmet("no file \(path): \(facts)")
        }
        let content = try await shell("busybox cat \(path)", in: node, of: work)
        return InnerFile(content: content, mode: mode, owner: owner, group: group)
    }

    func say(_ line: String, in node: ObservedNode, of work: ChainWork) async throws {
        _ = try await shell("echo '\(line)' > /proc/1/fd/1", in: node, of: work)
    }

    /// Nobody listens on port 9: whoever refuses was found.
    func finds(_ name: String, in node: ObservedNode, of work: ChainWork) async throws -> Bool {
        try await shell("busybox nc -w 5 \(name) 9 2>&1; true", in: node, of: work).contains("refused")
    }

    func task(_ name: String, _ stage: PlannedTask.Stage, says lines: [String], exitCode: Int) -> PlannedTask {
        let script = (lines.map { "echo '\($0)'" } + ["exit \(exitCode)"]).joined(separator: "\n")
        return PlannedTask(name: name, image: Docker.image, command: ["/bin/sh", "-c", script], stage: stage)
    }

    func endlessTask(_ name: String, _ stage: PlannedTask.Stage) -> PlannedTask {
        PlannedTask(name: name, image: Docker.image, command: ["busybox", "sleep", "100000"], stage: stage)
    }

    func sick(_ node: PlannedNode) -> PlannedNode {
        var node = node
        node.probe = PlannedProbe(.exec(["/bin/sh", "-c", "echo not yet; exit 1"]), interval: 1, timeout: 5, grace: 0)
        return node
    }
}

struct DockerInsight: ShellInsight {
    let docker: Docker

    func run(_ command: [String], in node: ObservedNode, of work: ChainWork) async throws -> String {
        guard let id = node.object else { throw Unmet("\(node.name) has no container") }
        return try await docker.run(command, in: id)
    }

    func runs(of task: String, _ work: ChainWork) async throws -> [String] {
        try await docker.containers(labelled: [
            "\(ObjectLabels.Name.chain)=\(work.id)", "\(ObjectLabels.Name.task)=\(task)",
        ])
    }
}
