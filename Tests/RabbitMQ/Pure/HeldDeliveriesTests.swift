import Testing

@testable import RabbitMQ

@Suite("Held deliveries")
struct HeldDeliveriesTests {
    private func held(_ tags: ClosedRange<UInt64>) -> HeldDeliveries {
        var held = HeldDeliveries()
        for tag in tags { held.add(tag) }
        return held
    }

    @Test("The oldest that are done take one word, others one each")
    func fewWords() {
        var held = held(1...6)
        #expect(held.acknowledge([3, 1, 2, 5]) == [.acknowledge(3, multiple: true), .acknowledge(5, multiple: false)])
        #expect(held.acknowledge([4, 6]) == [.acknowledge(6, multiple: true)])
        #expect(held.isEmpty)
    }

    @Test("Tags that are not held are left out")
    func strangers() {
        var held = held(5...6)
        #expect(held.acknowledge([4, 7]).isEmpty)
        #expect(held.reject(4, requeue: true).isEmpty)
        #expect(held.reject(5, requeue: false) == [.reject(5, requeue: false)])
        #expect(held.reject(5, requeue: false).isEmpty)
        #expect(held.acknowledge(upTo: 5).isEmpty)
        #expect(held.acknowledge(upTo: 100) == [.acknowledge(6, multiple: false)])
    }

    @Test("All are given back in one word, and held no more")
    func giveBack() {
        var held = held(3...5)
        _ = held.acknowledge([4])
        #expect(held.contains(3) && !held.contains(4))
        #expect(held.giveBack() == [.reject(5, multiple: true, requeue: true)])
        #expect(held.isEmpty && held.giveBack().isEmpty)
        held.add(6)
        #expect(held.giveBack() == [.reject(6, requeue: true)])
    }

    @Test("A broker that hears the words knows the same as we do", arguments: 0..<200)
    func sameKnowledge(seed: UInt64) {
        var random = Seeded(seed)
        var held = HeldDeliveries()
        var broker: Set<UInt64> = []
        var ours: Set<UInt64> = []
        var last: UInt64 = 0
        for _ in 0..<50 {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                last += 1
                held.add(last)
                broker.insert(last)
                ours.insert(last)
            }
            let done = Set((0..<Int.random(in: 0...5, using: &random)).map { _ in UInt64.random(in: 0...last, using: &random) })
            ours.subtract(done)
            for case .acknowledge(let tag, let multiple) in held.acknowledge(done) {
                #expect(broker.contains(tag))
                broker = multiple ? broker.filter { $0 > tag } : broker.subtracting([tag])
            }
            #expect(broker == ours)
        }
    }
}
