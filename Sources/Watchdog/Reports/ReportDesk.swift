import FoundationEssentials
import Ledger
import Model
import RabbitMQ
import Wire

/// Sorts what came from the queue of reports.
struct ReportDesk: Sendable {
    let verifier: Verifier

    /// A report whose signature was good, and how it came.
    struct Readable: Sendable {
        var delivery: Delivery
        var report: ReceivedReport
    }

    private static let readers = min(ProcessInfo.processInfo.activeProcessorCount, 4)

    /// A batch, sorted. Each delivery is in one of the lists.
    struct Sorted: Sendable {
        /// To be taken into the ledger, together.
        var reports: [Readable] = []
        /// Nobody will ever take them.
        var dead: [Outcast] = []
        /// Rightly signed, but of a newer schema: a newer watchdog takes them.
        var newer: [Delivery] = []
        /// Leaders' markers: they say that everything before them is in the ledger, so they count when the reports are taken.
        var markers: [(delivery: Delivery, marker: Marker)] = []

        /// Any of them.
        var first: Delivery? {
            reports.first?.delivery ?? dead.first?.delivery ?? newer.first ?? markers.first?.delivery
        }

        fileprivate mutating func append(_ next: Sorted) {
            reports += next.reports
            dead += next.dead
            newer += next.newer
            markers += next.markers
        }
    }

    /// Large reports take long to read: the processors share them.
    func sort(_ deliveries: [Delivery]) async -> Sorted {
        let share = max(1, (deliveries.count + Self.readers - 1) / Self.readers)
        return await withTaskGroup(of: (place: Int, read: Sorted).self) { group in
            for first in stride(from: 0, to: deliveries.count, by: share) {
                group.addTask { (first, read(deliveries[first..<min(first + share, deliveries.count)])) }
            }
            let shares = await group.reduce(into: []) { $0.append($1) }.sorted { $0.place < $1.place }
            return shares.reduce(into: Sorted()) { $0.append($1.read) }
        }
    }

    private func read(_ deliveries: ArraySlice<Delivery>) -> Sorted {
        var sorted = Sorted()
        let now = Date()
        for delivery in deliveries {
            do throws(WireError) {
                if isMarker(delivery) {
                    sorted.markers.append((delivery, try marker(delivery)))
                } else {
                    sorted.reports.append(Readable(delivery: delivery, report: try report(delivery, now)))
                }
            } catch .newerSchema {
                sorted.newer.append(delivery)
            } catch {
                sorted.dead.append(Outcast(delivery: delivery, code: error.code, reason: error.description))
            }
        }
        return sorted
    }

    private func report(_ delivery: Delivery, _ now: Date) throws(WireError) -> ReceivedReport {
        if delivery.isTruncated { throw .oversized(limit: WireLimits.message) }
        let opened = try verifier.open(
            delivery.body, headers: delivery.headers, as: Report.self, kind: .report, expectedDestination: Queues.reports)
        return ReceivedReport(site: opened.site, receivedAt: now, report: opened.payload, digest: opened.payload.digest)
    }

    private func marker(_ delivery: Delivery) throws(WireError) -> Marker {
        try verifier.open(
            delivery.body, headers: delivery.headers, as: Marker.self, kind: .marker, expectedDestination: Queues.reports
        ).payload
    }

    /// The name of its key says so; whether that is true, the signature tells.
    private func isMarker(_ delivery: Delivery) -> Bool {
        delivery.headers["continuo-key"]?.string?.hasSuffix("/\(Direction.markers.rawValue)") ?? false
    }
}

extension Report {
    /// Of what was seen; empty where nothing was.
    fileprivate var digest: String { seen.map { ObservationDigest.text($0) } ?? "" }
}
