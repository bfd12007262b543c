import Curl
import DockerEngine
import Drivers
import Model

/// Runs a chain's tasks: a service each, whose container is not started again. What is done stays there as the record.
struct TaskRun: Sendable {
    let making: ServiceMaking
    let patience: SwarmDriver.Patience

    func perform(_ steps: [TaskPlan.Step], _ found: Found) async throws(WorkError) {
        _ = try await inParallel(steps) { (step) throws(WorkError) in
            switch step.step {
            case .keep: return
            case .again(let id):
                try await remove(id)
                try await making.create(step.task)
            case .run: try await making.create(step.task)
            case .start, .wait: break
            }
            try await wait(for: step.task)
        }
    }

    private func wait(for task: PlannedTask) async throws(WorkError) {
        let name = making.ground.names.task(task.name)
        guard let service = try await making.daemon.service(name) else { return }
        let end = ContinuousClock.now + .seconds(task.timeout)
        while true {
            let life = try await making.daemon.tasks(ofService: service.id)
                .max { $0.createdAt < $1.createdAt }
            if let life, life.isOver {
                guard life.status.state != "complete" else { return }
                throw await failure(of: task, service, life.trouble ?? life.status.state)
            }
            guard ContinuousClock.now < end else {
                let error = await failure(of: task, service, life?.trouble ?? "it took longer than \(task.timeout) s")
                throw await error.afterTidying { () throws(WorkError) in try await remove(service.id) }
            }
            try await pause(.milliseconds(100))
        }
    }

    private func remove(_ id: String) async throws(WorkError) {
        try await Removal(daemon: making.daemon, patience: patience.stopping).remove([ObjectReference(kind: .service, id: id)])
    }

    private func failure(of task: PlannedTask, _ service: Service, _ why: String) async -> WorkError {
        if why.contains("No such image") {
            return WorkError(
                .terminal, .imageMissing, "the task \(task.name) can't start: \(why); put the image on every machine of the swarm"
            )
        }
        let log = await making.daemon.lastLines(ofService: service.id)
        return .failed(task, "failed: \(making.blotter.blot(why))", log: making.blotter.blot(log))
    }

    /// What the tasks that are done have given.
    static func givenFiles(
        _ plan: ConvergePlan, _ work: ChainWork, _ daemon: Daemon
    ) async throws(WorkError) -> GivenFiles {
        var given = GivenFiles()
        for task in work.plan.tasks where !task.gives.isEmpty {
            guard let record = plan.tasks.record(of: task.name) else { continue }
            try given.take(try await daemon.output(of: record, in: "services"), of: task)
        }
        return given
    }
}
