import { presets } from '../actguide/config.ts';
import { itemIds, type ItemId } from '../experiments/ids.ts';
import { lessonIds, type LessonId } from './lessons/ids.ts';
import { checkedRun, problemOf, settingNames, usualText, type SettingName } from './runInput.ts';

export const pages = ['lesson', 'lab', 'twin', 'reproduce', 'benchmark', 'runs'] as const;
export type Page = (typeof pages)[number];

export const themes = ['light', 'dark', 'projector'] as const;
export type Theme = (typeof themes)[number];

/** Controls that a link can lock or hide: every setting, and groups of controls; `switches` are those of algorithm and world. */
export const controlNames = [
  ...settingNames,
  'switches',
  'start',
  'files',
  'theme',
  'pages',
  'task',
] as const;
export type ControlName = (typeof controlNames)[number];

/** Panels that a link can show alone. */
export const panelNames = [
  'success',
  'groups',
  'guidance',
  'ratio',
  'health',
  'barrier',
  'task',
  'hands-on',
  'risk',
  'step',
  'anatomy',
  'attention',
  'figure',
] as const;
export type PanelName = (typeof panelNames)[number];

/** What an address says. */
export interface Address {
  readonly page: Page;
  readonly lesson: LessonId;
  /** The figure or table that the Reproduce page shows; undefined for the list of them. */
  readonly item: ItemId | undefined;
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
  readonly level: number | undefined;
  readonly task: number | undefined;
  readonly theme: Theme | undefined;
  readonly lock: readonly ControlName[];
  readonly hide: readonly ControlName[];
  readonly embed: PanelName | undefined;
}

/** Levels of the world and tasks of a level one can leaf through. */
const LEVELS = 5;
const TASKS = 12;
/** No address of ours is longer. */
const MAX_LENGTH = 2000;

/** Text from a stranger, short enough to show. */
const shown = (text: string): string => `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;

/**
 * Reads the part of an address after `?`. Whatever is unknown or out of range is left out and named in a notice.
 */
export function parseAddress(search: string): { address: Address; notices: string[] } {
  const notices: string[] = [];
  const given = new Map<string, string>();
  if (search.length > MAX_LENGTH)
    notices.push(`The link is longer than ${MAX_LENGTH} characters; nothing of it was used.`);
  else
    for (const [key, value] of new URLSearchParams(search))
      if (given.has(key)) notices.push(`${shown(key)} is in the link twice; the first was used.`);
      else given.set(key, value);

  const take = (key: string): string | undefined => {
    const value = given.get(key);
    given.delete(key);
    return value;
  };
  const one = <T extends string>(key: string, known: readonly T[]): T | undefined => {
    const value = take(key);
    const found = known.find((name) => name === value);
    if (value !== undefined && !found)
      notices.push(`${key}: expected ${known.join(', ')}, got ${shown(value)}. It was left out.`);
    return found;
  };
  const several = <T extends string>(key: string, known: readonly T[]): T[] => {
    const words = (take(key) ?? '').split(',').filter((word) => word !== '');
    if (words.length === 1 && words[0] === 'all') return [...known];
    return words.flatMap((word) => {
      const found = known.find((name) => name === word);
      if (!found)
        notices.push(`${key}: expected all, ${known.join(', ')}, got ${shown(word)}. It was left out.`);
      return found ? [found] : [];
    });
  };
  const below = (key: string, bound: number): number | undefined => {
    const value = take(key);
    if (value === undefined) return undefined;
    if (/^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= bound) return Number(value) - 1;
    notices.push(`${key}: expected an integer from 1 to ${bound}, got ${shown(value)}. It was left out.`);
    return undefined;
  };

  const settings = settingsOf(take, notices);
  const lesson = one('lesson', lessonIds);
  const view = one('view', pages);
  const item = one('item', itemIds);
  const embed = one('embed', panelNames);
  const address: Address = {
    page: embed ? embeddedPage(embed) : (view ?? pageOf(lesson, item, settings)),
    lesson: lesson ?? lessonIds[0],
    item: item ?? (embed === 'figure' ? itemIds[0] : undefined),
    settings,
    level: below('level', LEVELS),
    task: below('task', TASKS),
    theme: one('theme', themes),
    lock: several('lock', controlNames),
    hide: several('hide', controlNames),
    embed,
  };
  for (const key of [...given.keys()].slice(0, 8))
    notices.push(`The link has ${shown(key)}, which the lab does not know. It was left out.`);
  return { address, notices };
}

/** The settings that check, by themselves and together; the usual ones stand in for the others. */
function settingsOf(
  take: (key: string) => string | undefined,
  notices: string[],
): Partial<Record<SettingName, string>> {
  const settings: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const value = take(name);
    const problem = value === undefined ? undefined : problemOf(name, value);
    if (problem) notices.push(`${problem} ${usualText(name, presetOf(settings))} is used instead.`);
    else if (value !== undefined) settings[name] = value.trim();
  }
  const together = checkedRun(settings);
  if ('config' in together) return settings;
  const usual = ['maxTurns', 'manners', 'actionNoise'] as const;
  for (const name of usual) delete settings[name];
  notices.push(`${together.problem} The usual ones are used instead.`);
  return settings;
}

const presetOf = ({ preset }: Partial<Record<SettingName, string>>) =>
  presets.find((known) => known === preset) ?? presets[0];

const embeddedPage = (embed: PanelName): Page => (embed === 'figure' ? 'reproduce' : 'lab');

/** The page that a link without `view` leads to. */
function pageOf(lesson: LessonId | undefined, item: ItemId | undefined, settings: Address['settings']): Page {
  if (item) return 'reproduce';
  return lesson || Object.keys(settings).length === 0 ? 'lesson' : 'lab';
}

/** The part of an address after `?`, shortest form: what equals the default is left out. */
export function formatAddress(address: Address): string {
  const { page, lesson, item, settings, level, task, theme, lock, hide, embed } = address;
  const query = new URLSearchParams();
  if (embed) query.set('embed', embed);
  else if (page !== 'lesson') query.set('view', page);
  else query.set('lesson', lesson);
  if (item && page === 'reproduce') query.set('item', item);
  for (const name of settingNames) {
    const value = settings[name];
    if (value !== undefined && value !== usualText(name, presetOf(settings))) query.set(name, value);
  }
  if (level !== undefined) query.set('level', String(level + 1));
  if (task !== undefined) query.set('task', String(task + 1));
  if (theme) query.set('theme', theme);
  if (lock.length) query.set('lock', lock.length === controlNames.length ? 'all' : lock.join(','));
  if (hide.length) query.set('hide', hide.length === controlNames.length ? 'all' : hide.join(','));
  return `?${query.toString().replaceAll('%2C', ',')}`;
}
