import Drivers
import Model

/// What a node's service and the lives of its container say about the node. Pure.
struct NodeSight {
    var state: NodeState
    var health: NodeHealth
    /// Why it is not running and healthy.
    var detail: String?
    /// The life that counts.
    var life: SwarmTask?

    /// - Parameter lives: all that the swarm remembers, oldest first.
    init(_ service: Service, lives: [SwarmTask], machines: Machines) {
        let life = lives.last { !$0.isOver && $0.isWanted } ?? lives.last
        self.life = life
        guard service.isOn else {
            (state, health, detail) = (.exited, .unknown, lives.contains(where: \.isRunning) ? "is being stopped" : nil)
            return
        }
        if let lost = [service.machine, life?.nodeID].compactMap({ $0 }).first(where: machines.hasLeft) {
            (state, health, detail) = (.exited, .unknown, "its machine \(machines[lost]?.name ?? lost) has left the swarm")
        } else if let down = (life?.nodeID ?? service.machine).flatMap({ machines[$0] }), down.status.state != "ready" {
            (state, health, detail) = (.restarting, .unhealthy, "its machine \(down.name) is \(down.status.state)")
        } else if life?.isRunning == true {
            (state, health, detail) = (.running, service.isProbed ? .healthy : .unknown, nil)
        } else {
            let trouble = life?.trouble ?? lives.last(where: { $0.isOver && $0.trouble != nil })?.trouble
            state = life?.status.state == "starting" ? .running : .restarting
            health = trouble == nil ? .starting : .unhealthy
            detail = trouble.map { "does not run: \($0)" }
        }
        detail = detail.map { String($0.prefix(500)) }
    }
}

extension Service {
    var isProbed: Bool { spec.taskTemplate.containerSpec?.healthcheck != nil }
}

extension SwarmTask {
    /// States in the order in which a task goes through them.
    private static let past = ["complete", "shutdown", "failed", "rejected", "remove", "orphaned"]

    var isRunning: Bool { status.state == "running" }
    var isOver: Bool { Self.past.contains(status.state) }
    /// Whether the swarm wants it to run, or to run to its end.
    var isWanted: Bool { !Self.past.contains(desiredState) || desiredState == "complete" }

    /// Whether it ended though nobody asked it to.
    var failed: Bool { ["complete", "failed", "rejected"].contains(status.state) }

    /// Whether the swarm ended it because its check failed.
    var isUnhealthy: Bool { status.err?.contains("unhealthy container") == true }

    /// What is wrong with it, in the swarm's words.
    var trouble: String? {
        if let error = status.err, !error.isEmpty { return isUnhealthy ? "its probe fails, so the swarm ended it" : error }
        guard status.state == "complete" else { return nil }
        // A program that ends well when the swarm tells it to, ends as if it had wanted to.
        return spec.containerSpec?.healthcheck == nil ? "it ended by itself" : "it ended by itself, or because its probe fails"
    }
}
