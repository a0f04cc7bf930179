import { BellRing, Check, CircleHelp, Moon, TriangleAlert } from 'lucide-react';
import { Slip } from '@/ui/slip.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { SentenceView } from '../text/sentence-view.tsx';
import styles from './urgency-slip.module.css';
import type { UrgencySlip as Slipped } from './urgency-text.ts';

const ICONS = { no: Moon, not_yet: Moon, yes: BellRing, unknown: CircleHelp } as const;

/** Tells an operator whether to get up, why, and what would change that. */
export function UrgencySlip({ slip: { answer, checks, reason, tone } }: { slip: Slipped }) {
  const Icon = ICONS[tone];
  return (
    <section aria-label="Must I get up?">
      <Slip className={styles['slip']}>
        <div className={styles['answer']} data-tone={tone}>
          <Icon size={28} strokeWidth={1.5} aria-hidden="true" />
          {/* Only the answer is announced when it changes, not the seconds of the reason. */}
          <output>
            <span>Must I get up?</span>
            <span className={styles['word']}>{answer}</span>
          </output>
        </div>
        <p className={styles['reason']}>
          <SentenceView sentence={reason} />
        </p>
        {checks.length === 0 ? null : (
          <ul className={styles['checks']} aria-label="What decides">
            {checks.map(({ figure, limit, name, ok, words }) => (
              <li key={name} data-failed={!ok || undefined}>
                {ok ? (
                  <Check size={16} strokeWidth={1.8} aria-hidden="true" />
                ) : (
                  <TriangleAlert size={16} strokeWidth={1.8} aria-hidden="true" />
                )}
                <span>
                  {ok ? null : <span className={hidden['hidden']}>Not fine: </span>}
                  {figure === undefined ? null : <b>{figure} </b>}
                  {words} <span className={styles['limit']}>{limit}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </Slip>
    </section>
  );
}
