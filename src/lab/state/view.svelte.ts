import {
  formatAddress,
  parseAddress,
  type Address,
  type ControlName,
  type Page,
  type PanelName,
} from '../address.ts';
import { itemIds, type ItemId } from '../../experiments/ids.ts';
import { lessonIds, type LessonId } from '../lessons/ids.ts';

/** Where one is in the lab, and what a link has locked or hidden. */
export class View {
  page = $state<Page>('lesson');
  lesson = $state<LessonId>(lessonIds[0]);
  /** The item of the Reproduce page; undefined for the list. */
  item = $state<ItemId | undefined>();
  /** Parts of the link that could not be used. */
  notices = $state.raw<readonly string[]>([]);
  readonly lock: readonly ControlName[];
  readonly hide: readonly ControlName[];
  readonly embed: PanelName | undefined;
  /** What the page was opened with. */
  readonly opened: Address;

  constructor(search: string) {
    const { address, notices } = parseAddress(search);
    this.opened = address;
    this.page = address.page;
    this.lesson = address.lesson;
    this.item = address.item;
    this.notices = notices;
    this.lock = address.lock;
    this.hide = address.hide;
    this.embed = address.embed;
  }

  locked(name: ControlName): boolean {
    return this.lock.includes(name);
  }

  hidden(name: ControlName): boolean {
    return this.hide.includes(name);
  }

  go(page: Page): void {
    if (!this.locked('pages') && !this.hidden('pages')) this.page = page;
  }

  open(lesson: LessonId): void {
    this.lesson = lesson;
    this.page = 'lesson';
  }

  /** The next lesson or item, or the one before; stays at the ends. */
  leaf(by: 1 | -1): void {
    if (this.page === 'reproduce' && this.item)
      this.item = itemIds[itemIds.indexOf(this.item) + by] ?? this.item;
    const next = lessonIds[lessonIds.indexOf(this.lesson) + by];
    if (this.page === 'lesson' && next) this.lesson = next;
  }

  /** The address of what is on the screen. */
  address(more: Pick<Address, 'settings' | 'level' | 'task' | 'theme'>): string {
    const { page, lesson, item, embed } = this;
    return formatAddress({ page, lesson, item, embed, lock: this.lock, hide: this.hide, ...more });
  }
}
