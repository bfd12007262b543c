internal import Drivers
internal import Logging
internal import Model
internal import RabbitMQ
internal import Wire

/// Answers observe requests: up to some hundreds at a time, one for each host.
///
/// A request that this agent can't serve any more (its term is over, it goes away) goes back into the queue for another one. One
/// that a newer request for the same host has overtaken is dropped: nobody waits for it.
struct ObserveDesk: Sendable {
    /// How many requests are held at a time.
    static let prefetch = 500
    /// How long a request waits for a term to begin.
    private static let patience = Duration.seconds(5)

    let queue: String
    let consumer: Consumer
    let verifier: Verifier
    let reporter: Reporter
    let performer: Performer
    let held = HeldHosts()
    let logger: Logger

    private enum Answer {
        case result(Report.Observation.Result)
        case overtaken
        case givenBack
    }

    func handle(_ delivery: Delivery) async {
        do {
            let request = try verifier.open(delivery, as: ObserveRequest.self, kind: .observe, from: queue).payload
            await serve(request, delivery)
        } catch {
            await reporter.turnAway(delivery, error, to: consumer)
        }
    }

    private func serve(_ request: ObserveRequest, _ delivery: Delivery) async {
        switch await answer(request) {
        case .overtaken: await consumer.acknowledge([delivery])
        case .givenBack: await consumer.reject(delivery, requeue: true)
        case .result(let result):
            let observation = Report.Observation(
                host: request.host.id, number: request.number, asOf: request.asOf, result: result)
            guard await reporter.insist(.observation(observation)) else { return }
            await consumer.acknowledge([delivery])
        }
    }

    private func answer(_ request: ObserveRequest) async -> Answer {
        let task = Task { await watch(request) }
        guard held.begin(request.host.id, number: request.number, stop: { task.cancel() }) else {
            task.cancel()
            return held.isClosed ? .givenBack : .overtaken
        }
        defer { held.end(request.host.id, number: request.number) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func watch(_ request: ObserveRequest) async -> Answer {
        do throws(WorkError) {
            let context = try await performer.context(for: request.host, patience: Self.patience)
            return .result(try await HostWatch(driver: performer.driver, context: context, request: request).run())
        } catch {
            return await judge(error)
        }
    }

    private func judge(_ error: WorkError) async -> Answer {
        if Task.isCancelled { return held.isClosed ? .givenBack : .overtaken }
        guard error.code == .termEnded else { return .result(.failed(error)) }
        // The queue is not to be turned over and over by an agent without a term.
        try? await Task.sleep(for: .seconds(1))
        return .givenBack
    }
}
