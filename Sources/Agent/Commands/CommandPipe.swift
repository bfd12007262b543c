internal import CrashPoints
internal import Logging
internal import Model
internal import RabbitMQ
internal import Wire

/// What happens to a command, step by step:
///
///     verify → refuse copies → check the term → say `started` → act → say the outcome → acknowledge
///
/// * What can't be verified goes to the dead letters. A newer schema is answered `transient`: a newer agent may read it.
/// * Only a certain first copy acts. Where this is in doubt the report is `again`, and the ledger decides.
/// * `started` must be confirmed before anything is changed. If the broker does not answer, the command is given back.
/// * A command that was not started soon after its receipt is given back too. While this process stood still, the broker may have
///   given it to another agent: what was the first copy is none any more, and nothing tells.
/// * An outcome is said until the broker has it. If the broker stays away until this process ends, the command was never
///   acknowledged: the next agent receives it `redelivered` and says `again`.
/// * If only the connection that brought the command was lost, the work goes on; the copy that comes then is known as ours, and
///   acknowledged when the work is over.
struct CommandPipe: Sendable {
    /// How long a command waits for a heartbeat to be confirmed, and its `started` for the broker.
    private static let patience = Duration.seconds(10)
    /// Seconds until a command that this agent can't read makes sense again: another agent may take it then.
    private static let newerPause = 2
    /// Between two progress reports.
    private static let progressPause = Duration.milliseconds(500)

    let agent: AgentID
    let queue: String
    let consumer: Consumer
    let verifier: Verifier
    let reporter: Reporter
    let registry: WorkRegistry
    let term: TermKeeper
    let performer: Performer
    let attemptLimit: Duration
    /// From the receipt of a command to its `started`.
    let startLimit: Duration
    let logger: Logger

    func handle(_ delivery: Delivery) async {
        CrashPoint.beforeDeliver.reach()
        guard await settle(delivery) else { return }
        await consumer.acknowledge([delivery])
    }

    /// `true` when all that is to be said about it has been confirmed.
    private func settle(_ delivery: Delivery) async -> Bool {
        do {
            return await take(try verifier.open(delivery, as: Command.self, kind: .command, from: queue), delivery)
        } catch {
            if case .newerSchema = error { return await refuseNewer(delivery) }
            return await reporter.bury(delivery, error)
        }
    }

    private func take(_ command: Opened<Command>, _ delivery: Delivery) async -> Bool {
        let reference = reference(command.payload)
        let isNew = registry.begin(reference.attempt, of: reference.operation)
        let deadline = delivery.receivedAt + startLimit
        let intake = Intake(
            redelivered: delivery.redelivered, repeated: command.repeat, working: !isNew, draining: registry.isDraining,
            late: ContinuousClock.now >= deadline)
        CrashPoint.afterDeliver.reach()
        // Acknowledged before, a copy would be forgotten with this process, and with it the command.
        if intake == .ours { return await registry.isSettled(reference.attempt) }
        let isSettled = await settle(intake, command.payload, reference, before: deadline)
        registry.end(reference.attempt, isSettled: isSettled)
        return isSettled
    }

    private func settle(
        _ intake: Intake, _ command: Command, _ reference: Report.AttemptReference, before deadline: ContinuousClock.Instant
    ) async -> Bool {
        switch intake {
        case .ours: true
        case .again(let reason): await sayAgain(reference, reason)
        case .act: await work(command, reference, before: deadline)
        }
    }

    private func work(
        _ command: Command, _ reference: Report.AttemptReference, before deadline: ContinuousClock.Instant
    ) async -> Bool {
        guard await term.waitUntilRunning(atMost: min(Self.patience, deadline - .now)), let right = term.right,
            await sayStarted(reference, before: deadline)
        else { return await sayAgain(reference, .givenBack) }
        logger.info("started", metadata: metadata(command))
        let ending = await act(command, reference, right)
        logger.info("ended", metadata: metadata(command).merging(["ending": "\(ending.word)"]) { $1 })
        switch ending {
        case .givenBack: return await sayAgain(reference, .givenBack)
        case .outcome(let outcome): return await say(outcome, reference)
        }
    }

    private func sayStarted(_ reference: Report.AttemptReference, before deadline: ContinuousClock.Instant) async -> Bool {
        CrashPoint.beforeStarted.reach()
        let isHeard = await reporter.insist(.started(reference), until: min(deadline, .now + Self.patience))
        CrashPoint.afterStarted.reach()
        return isHeard
    }

    private func say(_ outcome: Report.Outcome, _ reference: Report.AttemptReference) async -> Bool {
        CrashPoint.beforeOutcome.reach()
        let isHeard = await reporter.insist(.outcome(reference, outcome))
        CrashPoint.afterOutcome.reach()
        return isHeard
    }

    private func act(
        _ command: Command, _ reference: Report.AttemptReference, _ right: TermKeeper.Right
    ) async -> Ending {
        let latest = LatestProgress()
        let minder = Task { await mind(latest, reference) }
        let result = await stoppable(reference.attempt) { () async -> Result<Report.Outcome, WorkError> in
            do throws(WorkError) {
                return .success(try await performer.perform(command, right: right) { latest.set($0) })
            } catch {
                return .failure(error)
            }
        }
        minder.cancel()
        await minder.value
        return Ending(result, stop: registry.stopReason(of: reference.attempt))
    }

    /// Runs the work in a task that a cancel, its minder or the end of this process stops.
    private func stoppable<Value: Sendable>(_ attempt: AttemptID, _ work: @escaping @Sendable () async -> Value) async -> Value {
        let task = Task { await work() }
        registry.run(attempt) { task.cancel() }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Tells the latest step, at most twice a second and of short work nothing, and stops what lasts longer than an attempt may.
    private func mind(_ latest: LatestProgress, _ reference: Report.AttemptReference) async {
        let end = ContinuousClock.now + attemptLimit
        while (try? await Task.sleep(for: min(Self.progressPause, end - .now))) != nil {
            guard ContinuousClock.now < end else { return registry.stop(reference.attempt, .unfinished) }
            guard let step = latest.take() else { continue }
            _ = await reporter.tell(.progress(reference, step), within: .seconds(2))
        }
    }

    private func sayAgain(_ reference: Report.AttemptReference, _ reason: Report.AgainReason) async -> Bool {
        logger.info("not acted upon", metadata: ["attempt": "\(reference.attempt)", "reason": "\(reason.rawValue)"])
        return await reporter.insist(.again(reference, reason))
    }

    private func refuseNewer(_ delivery: Delivery) async -> Bool {
        do {
            let head = try verifier.open(delivery, as: CommandHead.self, kind: .command, from: queue, schema: .max).payload
            let reference = Report.AttemptReference(
                operation: head.operation, attempt: head.attempt, host: head.host.id, agent: agent)
            let error = WorkError(
                .transient, .newerSchema, "this agent reads messages up to schema \(verifier.schema); upgrade it",
                notBefore: Self.newerPause)
            return await reporter.insist(.outcome(reference, .failed(error)))
        } catch {
            return await reporter.bury(delivery, error)
        }
    }

    private func reference(_ command: Command) -> Report.AttemptReference {
        Report.AttemptReference(operation: command.operation, attempt: command.attempt, host: command.host.id, agent: agent)
    }

    private func metadata(_ command: Command) -> Logger.Metadata {
        [
            "operation": "\(command.operation)", "attempt": "\(command.attempt)", "kind": "\(command.kind.rawValue)",
            "host": "\(command.host.id)",
        ]
    }
}

extension Ending {
    /// For the log.
    fileprivate var word: String {
        switch self {
        case .givenBack: "given-back"
        case .outcome(.failed(let error)): "\(error.disposition.rawValue) \(error.code.rawValue): \(error.message)"
        case .outcome: "succeeded"
        }
    }
}
