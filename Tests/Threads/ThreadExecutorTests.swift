import Glibc
import Synchronization
import Testing
import Threads

@Suite struct ThreadExecutorTests {
    @Test func jobsRunOnTheOwnThreadAndInOrder() async {
        let worker = Worker()
        #expect(!worker.executor.isCurrent)
        for number in 1...100 { #expect(await worker.append(number)) }
        #expect(await worker.numbers == Array(1...100))
    }

    @Test func manyTasksShareTheThreadWithoutLosingAJob() async {
        let worker = Worker()
        await withTaskGroup { group in
            for number in 0..<1000 {
                group.addTask { _ = await worker.append(number) }
            }
        }
        #expect(await worker.numbers.sorted() == Array(0..<1000))
    }

    @Test func aJobAfterStopStillRuns() async {
        let worker = Worker()
        worker.executor.stop()
        #expect(await worker.append(1))
        #expect(await worker.append(2))
        #expect(await worker.numbers == [1, 2])
    }

    @Test func aWatchedDescriptorWakesThePump() async {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let worker = Worker()
        let bytes = worker.watchBytes(from: ends[0])
        for byte in UInt8(1)...5 {
            #expect([byte].withUnsafeBytes { write(ends[1], $0.baseAddress, 1) } == 1)
            var iterator = bytes.makeAsyncIterator()
            #expect(await iterator.next() == byte)
        }
    }

    @Test func theTickCallsThePumpWithoutADescriptor() async {
        let executor = ThreadExecutor(name: "tick")
        let (ticks, tick) = AsyncStream.makeStream(of: Bool.self)
        executor.watch(-1, events: [], tick: .milliseconds(1)) { [weak executor] in
            tick.yield(executor?.isCurrent == true)
        }
        var seen = 0
        for await isCurrent in ticks {
            #expect(isCurrent)
            seen += 1
            if seen == 3 { break }
        }
        executor.unwatch()
    }

    @Test func noPumpAfterUnwatchOnTheThread() async {
        let worker = Worker()
        #expect(await worker.pumpsAfterUnwatch() == 0)
    }

    @Test func anIsolatedDeinitRunsOnTheThread() async {
        let (ends, end) = AsyncStream.makeStream(of: Bool.self)
        var worker: Worker? = Worker { end.yield($0) }
        #expect(await worker?.append(1) == true)
        worker = nil
        var iterator = ends.makeAsyncIterator()
        #expect(await iterator.next() == true)
    }

    /// The job that is being enqueued may be the one that lets go of actor and executor: the enqueuer must not touch them then.
    @Test func aLastJobMayOutrunItsEnqueuer() async {
        await withTaskGroup { group in
            for number in 0..<500 {
                group.addTask { await Worker().append(number) }
            }
            #expect(await group.reduce(0) { $0 + ($1 ? 1 : 0) } == 500)
        }
    }
}

/// An actor on a thread of its own.
private actor Worker {
    nonisolated let executor = ThreadExecutor(name: "test worker with a long name")
    private(set) var numbers: [Int] = []
    private let onEnd: @Sendable (Bool) -> Void
    private let pumps = Counter()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(onEnd: @escaping @Sendable (Bool) -> Void = { _ in }) {
        self.onEnd = onEnd
    }

    isolated deinit {
        onEnd(executor.isCurrent)
    }

    func append(_ number: Int) -> Bool {
        numbers.append(number)
        return executor.isCurrent
    }

    nonisolated func watchBytes(from descriptor: Int32) -> AsyncStream<UInt8> {
        let (bytes, continuation) = AsyncStream.makeStream(of: UInt8.self)
        executor.watch(descriptor, events: .readable, tick: .seconds(60)) { [weak self] in
            self?.assumeIsolated { $0.readByte(from: descriptor).map { _ = continuation.yield($0) } }
        }
        return bytes
    }

    private func readByte(from descriptor: Int32) -> UInt8? {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 0) == 1 else { return nil }
        var byte: UInt8 = 0
        return read(descriptor, &byte, 1) == 1 ? byte : nil
    }

    func pumpsAfterUnwatch() async -> Int {
        executor.watch(-1, events: [], tick: .milliseconds(1)) { [pumps] in pumps.increment() }
        executor.unwatch()
        let before = pumps.value
        for _ in 0..<10 { await Task.yield() }
        return pumps.value - before
    }
}

private final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func increment() { count.add(1, ordering: .relaxed) }
}
