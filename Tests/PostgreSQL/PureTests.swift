import Testing

@testable import PostgreSQL

/// What needs no server.
@Suite struct PureTests {
    @Test(arguments: [
        (#"connection to server at "h", port 5432 failed: FATAL:  28P01: password authentication failed"#, "28P01"),
        (#"connection to server at "::1", port 5432 failed: FATAL:  57P03: the database system is starting up"#, "57P03"),
        (#"connection to server at "h", port 5432 failed: Connection refused"#, nil),
        (#"connection to server at "h", port 5432 failed: FATAL:  no"#, nil),
    ])
    func theStateOfAFailedLoginIsFound(_ reason: String, _ state: String?) {
        #expect(Link.sqlState(in: reason) == state)
    }

    @Test(arguments: ["", "{", "}", "{1", "{{1},{2}}", "[0:1]={1,2}", #"{"a}"#, #"{"a"b}"#, "{,}", "{1,}", #"{"\"#, #"{"\}"#])
    func aWrongArrayIsNoArray(_ text: String) {
        #expect(ArrayLiteral.elements(Array(text.utf8)[...]) == nil)
    }

    @Test(arguments: [
        "", "2024", "2024-13-01", "2024-00-01", "2024-01-01 12", "2024-01-01 12:00:00.1234567", "2024-01-01 12:00:00+",
        "2024-01-01 x",
        "2024-01-01 12:00:00 BC", "tomorrow", "0044-03-15 BC",
    ])
    func aWrongTimeIsNoTime(_ text: String) {
        #expect(Timestamp(Array(text.utf8)[...]) == nil)
    }

    @Test func everyDayHasItsDate() {
        var previous = CivilDate.date(daysSince1970: -719_162)
        #expect(previous == (1, 1, 1))
        let wrong = (-719_161..<800_000).first { days in
            let date = CivilDate.date(daysSince1970: days)
            defer { previous = date }
            return date <= previous || CivilDate.daysSince1970(year: date.year, month: date.month, day: date.day) != days
        }
        #expect(wrong == nil)
    }

    @Test func zonesAreOffsets() {
        for (text, seconds) in [
            ("1970-01-01 00:00:00+00", 0.0), ("1970-01-01 05:30:00+05:30", 0), ("1969-12-31 19:00:00.5-05", 0.5),
            ("1970-01-02", 86400),
            ("1970-01-01 00:00:00", 0), ("1970-01-01 00:53:28+00:53:28", 0),
        ] {
            #expect(Timestamp(Array(text.utf8)[...])?.secondsSince1970 == seconds)
        }
    }

    @Test func theLeastRecentlyUsedStatementGoesFirst() {
        var cache = StatementCache(limit: 2)
        let keys = ["a", "b", "c"].map { StatementCache.Key(sql: $0, types: []) }
        let names = keys[0...1].map { cache.plan(for: $0).name }
        #expect(cache.plan(for: keys[0]) == StatementCache.Plan(name: names[0], mustPrepare: false, evicted: []))
        let third = cache.plan(for: keys[2])
        #expect(third.mustPrepare)
        #expect(third.evicted == [names[1]])
        cache.notDeallocated(names[1])
        let second = cache.plan(for: keys[1])
        #expect(second.name != names[1])
        #expect(Set(second.evicted) == [names[0], names[1]])
    }

    @Test func aStatementThatWasNotPreparedIsPreparedAgain() {
        var cache = StatementCache(limit: 2)
        let key = StatementCache.Key(sql: "a", types: [.uuid])
        _ = cache.plan(for: key)
        cache.notPrepared(key)
        #expect(cache.plan(for: key).mustPrepare)
        #expect(cache.plan(for: StatementCache.Key(sql: "a", types: [.jsonb])).mustPrepare)
    }

    @Test func pausesGrowToABound() {
        var backoff = Backoff()
        let pauses = (0..<100).map { _ in backoff.next() }
        #expect(pauses.allSatisfy { $0 >= .milliseconds(25) && $0 <= .seconds(2) })
        #expect(pauses[6...].allSatisfy { $0 >= .seconds(1) })
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(50))
    }
}
