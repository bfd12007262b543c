import PostgreSQL
import Testing

@Suite struct ListenerTests {
    @Test func notificationsArriveInOrder() async throws {
        let pool = try Database.pool(size: 1)
        let channel = "Test \"\(UInt64.random(in: 0...(.max)))"
        var events = pool.listen(channel).makeAsyncIterator()
        #expect(await events.next() == .reconnected)
        for number in 0..<100 {
            try await pool.session { _ = try $0.query("SELECT pg_notify($1, $2)", channel, "\(number)") }
        }
        for number in 0..<100 {
            #expect(await events.next() == .notification(Notification(channel: channel, payload: "\(number)")))
        }
        await pool.close()
    }

    @Test func itListensAgainAfterTheServerCutItOff() async throws {
        let marker = "listener \(UInt64.random(in: 0...(.max)))"
        let pool = try Database.pool(Database.url { $0.add("application_name", marker) }, size: 1)
        var events = pool.listen("cut", marker).makeAsyncIterator()
        #expect(await events.next() == .reconnected)
        let cut = try await pool.session {
            try $0.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()",
                marker
            ).count
        }
        #expect(cut == 1)
        #expect(await events.next() == .reconnected)
        try await pool.session { _ = try $0.query("SELECT pg_notify($1, 'after')", marker) }
        #expect(await events.next() == .notification(Notification(channel: marker, payload: "after")))
        await pool.close()
    }

    @Test func moreThanCanWaitIsReportedAsAGap() async throws {
        let pool = try Database.pool(size: 1)
        let channel = "flood\(UInt64.random(in: 0...(.max)))"
        var events = pool.listen(channel).makeAsyncIterator()
        #expect(await events.next() == .reconnected)
        try await pool.session {
            _ = try $0.query("SELECT pg_notify($1, n::text) FROM generate_series(1, 5000) AS n", channel)
        }
        var notifications = 0
        while case .notification = await events.next() { notifications += 1 }
        #expect(1024..<5000 ~= notifications)
        await pool.close()
    }

    @Test func itsConnectionClosesWhenNobodyListens() async throws {
        let marker = "listener \(UInt64.random(in: 0...(.max)))"
        let pool = try Database.pool(Database.url { $0.add("application_name", marker) }, size: 1)
        let listener = Task {
            for await _ in pool.listen(marker) {}
        }
        func others() async throws -> Int {
            try await pool.session {
                try $0.query(
                    "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()", marker
                ).count
            }
        }
        try await eventually("it listens") { try await others() == 1 }
        listener.cancel()
        await listener.value
        try await eventually("its connection is closed") { try await others() == 0 }
        await pool.close()
    }
}
