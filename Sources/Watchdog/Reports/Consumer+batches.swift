import RabbitMQ
import ServiceLifecycle

extension Consumer {
    /// Hands on what comes, a batch at a time, until the graceful shutdown: then what has come is still handed on, and nothing
    /// more comes.
    func forEachBatch(upTo limit: Int, _ take: ([Delivery]) async -> Void) async {
        await withGracefulShutdownHandler {
            while true {
                let batch = await deliveries.nextBatch(upTo: limit)
                if batch.isEmpty { return }
                await take(batch)
            }
        } onGracefulShutdown: {
            Task { await self.stopDelivering() }
        }
    }
}
