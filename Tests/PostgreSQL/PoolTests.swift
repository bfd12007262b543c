import PostgreSQL
import Synchronization
import Testing

@Suite struct PoolTests {
    @Test func manyClientsShareFewConnections() async throws {
        try await Database.withSchema(size: 3) { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int PRIMARY KEY)") }
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask { try await pool.transaction { _ = try $0.execute("INSERT INTO t VALUES ($1)", number) } }
                }
                try await group.waitForAll()
            }
            #expect(try await pool.count("t") == 200)
            #expect(pool.status.open <= 3)
        }
    }

    @Test func whoWaitsTooLongIsTold() async throws {
        let pool = try Database.pool(size: 1, waitLimit: .seconds(1))
        let gate = Gate()
        async let holder: Void = hold(pool, gate)
        await gate.waitForBody()
        #expect(await code { try await pool.session { _ in } } == .poolExhausted)
        gate.open()
        try await holder
        try await pool.session { _ in }
        await pool.close()
    }

    /// On a machine so busy that even the connection comes too late, the test fails and does not hang.
    private func hold(_ pool: Pool, _ gate: Gate) async throws {
        defer { gate.giveUp() }
        try await pool.session { _ in gate.pass() }
    }

    @Test func firstComeFirstServed() async throws {
        let pool = try Database.pool(size: 1)
        let gate = Gate()
        let order = Order()
        try await withThrowingTaskGroup { group in
            group.addTask { try await pool.session { _ in gate.pass() } }
            await gate.waitForBody()
            for number in 0..<10 {
                group.addTask { try await pool.session { _ in order.append(number) } }
                try await eventually("\(number) waits") { pool.status.waiting == number + 1 }
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(order.numbers == Array(0..<10))
        await pool.close()
    }

    @Test func aCancelledTaskStopsWaitingAtOnce() async throws {
        let pool = try Database.pool(size: 1)
        let gate = Gate()
        async let holder: Void = pool.session { _ in gate.pass() }
        await gate.waitForBody()
        let waiting = Task { await code { try await pool.session { _ in } } }
        try await eventually("the task waits") { pool.status.waiting == 1 }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        #expect(pool.status.waiting == 0)
        gate.open()
        try await holder
        await pool.close()
    }

    @Test func aTaskCancelledBeforeItAsksGetsNothing() async throws {
        let pool = try Database.pool(size: 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await code { try await pool.transaction { _ = try $0.query("SELECT 1") } }
        }
        #expect(await task.value == .cancelled)
        await pool.close()
    }

    @Test func cancellingATaskEndsItsStatementInTheServer() async throws {
        try await Database.withSchema(size: 2) { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int)") }
            let (backends, backend) = AsyncStream.makeStream(of: Int.self)
            let task = Task {
                await code {
                    try await pool.transaction { session in
                        try session.execute("INSERT INTO t VALUES (1)")
                        backend.yield(try #require(try session.queryOne("SELECT pg_backend_pid() AS pid"))["pid"])
                        try session.execute("SELECT pg_sleep(60)")
                    }
                }
            }
            var iterator = backends.makeAsyncIterator()
            let pid = try #require(await iterator.next())
            task.cancel()
            #expect(await task.value == .cancelled)
            try await eventually("the server's process is idle or gone") {
                try await pool.session {
                    try $0.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", pid).isEmpty
                }
            }
            #expect(try await pool.count("t") == 0)
        }
    }

    @Test func aStatementThatTakesTooLongIsEnded() async throws {
        let pool = try Database.pool(size: 1, statementTimeout: .milliseconds(200))
        #expect(await code { try await pool.session { _ = try $0.query("SELECT pg_sleep(60)") } } == .timeout)
        #expect(try await pool.session { try $0.query("SELECT 1").count } == 1)
        await pool.close()
    }

    @Test func aClosedPoolRefusesAndLetsRunningWorkEnd() async throws {
        let pool = try Database.pool(size: 1)
        let gate = Gate()
        let holder = Task {
            try await pool.transaction { session in
                gate.pass()
                return try session.query("SELECT 1").count
            }
        }
        await gate.waitForBody()
        let waiting = Task { await code { try await pool.session { _ in } } }
        try await eventually("the task waits") { pool.status.waiting == 1 }
        let closing = Task { await pool.close() }
        #expect(await waiting.value == .closed)
        #expect(await code { try await pool.session { _ in } } == .closed)
        gate.open()
        #expect(try await holder.value == 1)
        await closing.value
        #expect(pool.status.open == 0)
        #expect(pool.status.isClosed)
    }

    @Test func aPoolThatIsForgottenClosesItsConnections() async throws {
        let marker = "forgotten \(UInt64.random(in: 0...(.max)))"
        let observer = try Database.pool(size: 1)
        func connections() async throws -> Int {
            try await observer.session {
                try $0.query("SELECT 1 FROM pg_stat_activity WHERE application_name = $1", marker).count
            }
        }
        do {
            let pool = try Database.pool(Database.url { $0.add("application_name", marker) }, size: 1)
            try await pool.session { _ = try $0.query("SELECT 1") }
            #expect(try await connections() == 1)
        }
        try await eventually("its connection is closed") { try await connections() == 0 }
        await observer.close()
    }
}

/// Who was served, in order.
private final class Order: Sendable {
    private let served = Mutex<[Int]>([])
    var numbers: [Int] { served.withLock { $0 } }
    func append(_ number: Int) { served.withLock { $0.append(number) } }
}
