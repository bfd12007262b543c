import Testing

@testable import RabbitMQ

@Suite("Delivery shelf")
struct DeliveryShelfTests {
    private let shelf = DeliveryShelf()
    private let session = Session()

    private func delivery(_ tag: UInt64) -> Delivery {
        Delivery(
            body: [], size: 0, headers: [:], redelivered: false, exchange: "", routingKey: "", contentType: nil, messageID: nil,
            correlationID: nil, replyTo: nil, receivedAt: .now, session: session, tag: tag)
    }

    /// What the broker was told.
    private func orders() -> [DeliveryShelf.Order] {
        var orders: [DeliveryShelf.Order] = []
        while let order = shelf.nextOrder {
            orders.append(order)
            shelf.told()
        }
        return orders
    }

    @Test("A pause unsubscribes, then gives back what was taken, what was not, and what still comes")
    func pause() async {
        shelf.linkPrepared(session, isSubscribed: true)
        for tag in 1...3 as ClosedRange<UInt64> { shelf.put(delivery(tag)) }
        let taken = await shelf.take(upTo: BatchLimit(deliveries: 1))
        #expect(taken.allSatisfy(shelf.holds))
        shelf.pause()
        #expect(orders() == [.pause, .say(.reject(3, multiple: true, requeue: true))])
        #expect(!taken.contains(where: shelf.holds))
        shelf.put(delivery(4))
        shelf.acknowledge(taken)
        shelf.pause()
        #expect(orders() == [.say(.reject(4, requeue: true))])
        #expect(!shelf.isSubscribing && !shelf.isIdle)
    }

    @Test("After a pause deliveries come as before")
    func resume() async {
        shelf.linkPrepared(session, isSubscribed: true)
        shelf.resume()
        shelf.pause()
        shelf.resume()
        #expect(orders() == [.pause, .resume])
        shelf.put(delivery(1))
        let taken = await shelf.take(upTo: BatchLimit(deliveries: 9))
        shelf.acknowledge(taken)
        #expect(taken.count == 1 && orders() == [.say(.acknowledge(1, multiple: false))])
        #expect(shelf.isSubscribing && shelf.isIdle)
    }

    @Test("A link made during a pause does not subscribe; one during which the pause began or ended is put right")
    func whileConnecting() {
        shelf.pause()
        #expect(!shelf.isSubscribing)
        shelf.linkPrepared(session, isSubscribed: false)
        #expect(orders().isEmpty)
        shelf.linkLost()
        shelf.linkPrepared(session, isSubscribed: true)
        #expect(orders() == [.pause])
        shelf.linkLost()
        shelf.resume()
        #expect(shelf.isSubscribing)
        shelf.linkPrepared(session, isSubscribed: false)
        #expect(orders() == [.resume])
    }

    @Test("One that begins paused subscribes when it is resumed")
    func pausedFromTheStart() {
        let shelf = DeliveryShelf(isPaused: true)
        #expect(!shelf.isSubscribing)
        shelf.linkPrepared(session, isSubscribed: false)
        #expect(shelf.nextOrder == nil)
        shelf.resume()
        #expect(shelf.nextOrder == .resume && shelf.isSubscribing)
    }

    @Test("Nothing that was to be told to a lost session is told to the next")
    func lostWhilePaused() {
        shelf.linkPrepared(session, isSubscribed: true)
        shelf.put(delivery(1))
        shelf.pause()
        shelf.linkLost()
        #expect(orders().isEmpty)
        shelf.resume()
        #expect(orders().isEmpty && shelf.isSubscribing)
    }

    @Test("What is paused ends at once")
    func endWhilePaused() async {
        shelf.linkPrepared(session, isSubscribed: true)
        shelf.pause()
        await shelf.stopDelivering {}
        #expect(await shelf.take(upTo: BatchLimit(deliveries: 1)).isEmpty)
        shelf.resume()
        #expect(orders() == [.pause] && shelf.isDrained)
    }
}
