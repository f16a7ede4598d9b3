import { MOST_SPECIFICATION_BYTES } from '../../data/histograms/specification.ts'
import type { ConvertOptions } from '../convert/options.ts'
import type { ReceiveOptions } from '../receive/options.ts'
import type { Settings } from '../settings/schema.ts'
import type { StateFolders } from './state-folders.ts'

/** A receiver's pause of more than three heartbeats is no coverage. */
export function coveragePauseMs(settings: Settings): number {
  return 3 * settings.receive.heartbeatSeconds * 1000
}

/** What each receiver process is started with, but for its name. */
export function receiveChildOptions(
  settings: Settings,
  folders: StateFolders,
  version: string,
): Omit<ReceiveOptions, 'receiver'> {
  const { receive, spool, convert, log } = settings
  return {
    version,
    spool: folders.spool,
    host: receive.listen.host,
    port: receive.listen.port,
    tls: receive.tls.certificate === '' ? null : { ...receive.tls },
    maxBodyBytes: receive.maxBodyBytes,
    maxPathBytes: receive.maxPathBytes,
    maxHeaderBytes: receive.maxHeaderBytes,
    maxHeaderCount: receive.maxHeaderCount,
    headerTimeoutSeconds: receive.headerTimeoutSeconds,
    bodyTimeoutSeconds: receive.bodyTimeoutSeconds,
    maxConnections: receive.maxConnections,
    maxConnectionsPerAddress: receive.maxConnectionsPerAddress,
    maxRequestsPerConnection: receive.maxRequestsPerConnection,
    maxPendingBytes: receive.maxPendingBytes,
    minFreeDiskBytes: receive.minFreeDiskBytes,
    heartbeatSeconds: receive.heartbeatSeconds,
    trustedProxies: [...receive.trustedProxies],
    keepClientAddress: receive.keepClientAddress,
    keepHeaders: [...receive.keepHeaders, ...(convert.countryHeader === '' ? [] : [convert.countryHeader])],
    segmentMaxAgeSeconds: spool.segmentMaxAgeSeconds,
    segmentMaxBytes: spool.segmentMaxBytes,
    logLevel: log.level,
  }
}

/** What the converter's process is started with; what isn't here keeps its default. */
export function convertChildOptions(settings: Settings, folders: StateFolders): Partial<ConvertOptions> {
  const { convert, histograms, log } = settings
  return {
    state: folders.state,
    logLevel: log.level,
    workers: convert.workers,
    submissionTimeoutMs: convert.submissionTimeoutSeconds * 1000,
    coveragePauseMs: coveragePauseMs(settings),
    maxInflatedBytes: convert.maxInflatedBytes,
    lostHistogramsRatio: convert.lostHistogramsRatio,
    countryHeader: convert.countryHeader || null,
    dimensions: {
      version: 1,
      dimensions: [
        { field_name: 'reason', allowed_values: convert.reasons },
        { field_name: 'appName', allowed_values: convert.applications },
        { field_name: 'appUpdateChannel', allowed_values: convert.channels },
      ],
    },
    revisionPrefixes: [...histograms.revisionPrefixes],
    repositories: [...histograms.repositories],
    specifications: {
      folder: histograms.dir === '' ? null : histograms.dir,
      server:
        histograms.url === ''
          ? null
          : {
              url: histograms.url,
              form: histograms.form,
              timeoutMs: histograms.timeoutSeconds * 1000,
              maxFetchesPerMinute: histograms.maxFetchesPerMinute,
              missingTtlMs: histograms.missingTtlMinutes * 60_000,
            },
      constants: histograms.constants,
      maxBytes: MOST_SPECIFICATION_BYTES,
      waitMs: convert.specificationWaitSeconds * 1000,
    },
  }
}
