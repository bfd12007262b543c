import RabbitMQ
import ServiceLifecycle

extension Consumer {
    /// Hands on what comes, a batch at a time, until the graceful shutdown: then what has come is still handed on, and nothing
    /// more comes.
    ///
    /// - Parameter bytes: a batch of more than one is not larger, so that neither memory nor transactions grow with what is told.
    func forEachBatch(upTo limit: Int, bytes: Int = 1 << 20, _ take: ([Delivery]) async -> Void) async {
        await withGracefulShutdownHandler {
            while true {
                let batch = await deliveries.nextBatch(upTo: limit, bytes: bytes)
                if batch.isEmpty { return }
                await take(batch)
            }
        } onGracefulShutdown: {
            Task { await self.stopDelivering() }
        }
    }
}
