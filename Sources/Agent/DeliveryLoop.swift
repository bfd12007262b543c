internal import Logging
internal import RabbitMQ
internal import ServiceLifecycle

/// Hands each delivery of one queue to a task of its own.
///
/// On a graceful shutdown it takes no more, lets what it has go on for `grace`, then asks it to stop (`giveBack`), and after
/// another 15 s leaves it: what is not acknowledged by then is delivered to another agent.
struct DeliveryLoop: Service {
    private static let lastWait = Duration.seconds(15)

    let consumer: Consumer
    var grace = Duration.zero
    /// The shutdown has begun.
    var beginDraining: @Sendable () -> Void = {}
    /// The grace is over.
    var giveBack: @Sendable () -> Void = {}
    let handle: @Sendable (Delivery) async -> Void

    func run() async throws {
        let work = Task {
            await withDiscardingTaskGroup { group in
                for await delivery in consumer.deliveries {
                    group.addTask { await handle(delivery) }
                }
            }
        }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await work.value
            } onGracefulShutdown: {
                Task { await drain(work) }
            }
        } onCancel: {
            work.cancel()
        }
    }

    private func drain(_ work: Task<Void, Never>) async {
        beginDraining()
        let deadline = Task {
            try await Task.sleep(for: grace)
            giveBack()
            try await Task.sleep(for: Self.lastWait)
            work.cancel()
        }
        await consumer.stopDelivering()
        await work.value
        deadline.cancel()
    }
}
