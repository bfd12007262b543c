internal import FoundationEssentials
internal import Logging
internal import Model
internal import RabbitMQ
internal import Wire

/// Says things to the watchdogs and to whoever asks.
struct Reporter: Sendable {
    /// Between two tries to say the same thing.
    private static let pause = Duration.milliseconds(250)

    let publisher: Publisher
    let signer: Signer
    let site: String
    let logger: Logger

    /// Says it once. `true`: the broker has it.
    func tell(_ report: Report, within limit: Duration) async -> Bool {
        guard let message = message(report) else { return false }
        return await publisher.publish([message], timeout: limit) == [.confirmed]
    }

    /// Says it until the broker has it. `false` when the task is cancelled or the time is over: then nobody may have heard it.
    /// - Parameter deadline: `nil`: as long as it takes.
    func insist(_ report: Report, until deadline: ContinuousClock.Instant? = nil) async -> Bool {
        guard let message = message(report) else { return false }
        return await insist(on: message, until: deadline)
    }

    /// The message lands where operators find it, with the reason it was not taken.
    func bury(_ delivery: Delivery, _ error: WireError) async -> Bool {
        logger.warning(
            "message not taken", error: error, metadata: ["queue": "\(delivery.routingKey)", "reason": "\(error.code)"])
        return await insist(on: .dead(delivery, reason: error.code, detail: error.description))
    }

    /// What can't be opened: a newer schema goes back to its queue, where another agent may read it; all else is buried.
    func turnAway(_ delivery: Delivery, _ error: WireError, to consumer: Consumer) async {
        if case .newerSchema = error {
            // The queue is not to be turned over and over.
            try? await Task.sleep(for: .seconds(1))
            return await consumer.reject(delivery, requeue: true)
        }
        if await bury(delivery, error) { await consumer.acknowledge([delivery]) }
    }

    /// Answers a query once; one that doesn't arrive is asked again by whoever asked.
    func answer(_ answer: SealedAnswer, to query: UUID, _ delivery: Delivery) async {
        guard let replyTo = delivery.replyTo else { return }
        let destination = Destination.answer(to: query, at: replyTo)
        do {
            var message = try signer.message(.answer, to: destination, site: site, payload: answer)
            message.correlationID = delivery.correlationID
            message.mandatory = false
            message.persistent = false
            _ = await publisher.publish([message], timeout: .seconds(5))
        } catch {
            logger.error("answer not sent", error: error)
        }
    }

    private func insist(on message: Message, until deadline: ContinuousClock.Instant? = nil) async -> Bool {
        while !Task.isCancelled {
            let now = ContinuousClock.now
            if let deadline, deadline <= now { return false }
            let limit = now + .seconds(10)
            let confirmation = await publisher.publish([message], until: min(deadline ?? limit, limit))
            if confirmation == [.confirmed] { return true }
            logger.warning("not confirmed yet", metadata: ["message": "\(message.messageID ?? "")", "state": "\(confirmation)"])
            try? await Task.sleep(for: Self.pause)
        }
        return false
    }

    /// `nil` only where even the short form can't be signed.
    private func message(_ report: Report) -> Message? {
        do {
            return try sign(report)
        } catch {
            logger.error("report can't be sent as it is", error: error, metadata: ["report": "\(report.type)"])
            return try? sign(report.withoutContent(because: error))
        }
    }

    private func sign(_ report: Report) throws(WireError) -> Message {
        try signer.message(.report, to: .reports(site), site: site, payload: report)
    }
}

extension Report {
    /// What is said instead of a report that is too large for a message.
    fileprivate func withoutContent(because error: WireError) -> Report {
        let failure = WorkError(.terminal, .internal, "the agent's report could not be sent: \(error)")
        switch self {
        case .outcome(let attempt, _): return .outcome(attempt, .failed(failure))
        case .observation(var observation):
            observation.result = .failed(failure)
            return .observation(observation)
        default: return self
        }
    }
}
