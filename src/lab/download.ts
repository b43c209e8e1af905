/** Offers bytes or text as a file. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the address only after the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A file name from words: letters, digits and dashes. */
export function fileName(words: string, extension: string): string {
  const plain = words
    .normalize('NFKD')
    .replace(/[^\w.]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${plain.slice(0, 80) || 'actguide'}.${extension}`;
}
